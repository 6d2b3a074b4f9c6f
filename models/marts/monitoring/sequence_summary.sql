with sequences as (

    select * from {{ ref('int_sequences_known') }}

),

steps as (

    select * from {{ ref('int_steps_bucketed') }}

),

enrolled as (

    select
        user_id,
        sequence_id,
        count(*) as enrollments,
        count(distinct contact_phone) as contacts
    from {{ ref('sequence_enrollments') }}
    group by user_id, sequence_id

),

-- An open enrolment has one step that is active or sent, an ended one none
counted as (

    select
        user_id,
        sequence_id,
        count(*) filter (where status in ('active', 'sent'))
            as open_enrollments,
        {{ bucket_counts() }}
    from steps
    group by user_id, sequence_id

),

joined as (

    select
        sequences.user_id,
        sequences.sequence_id,
        sequences.sequence_name,
        sequences.sequence_state,
        coalesce(counted.open_enrollments, 0) as open_enrollments,
        {{ buckets_or_zeros('counted') }},
        coalesce(enrolled.contacts, 0) as contacts,
        coalesce(enrolled.enrollments, 0) as enrollments
    from sequences
    left join counted
        on
            sequences.user_id = counted.user_id
            and sequences.sequence_id = counted.sequence_id
    left join enrolled
        on
            sequences.user_id = enrolled.user_id
            and sequences.sequence_id = enrolled.sequence_id

),

rated as (

    select
        *,
        enrollments - open_enrollments as ended_enrollments,
        {{ rate('done', 'done + failed') }} as success_rate
    from joined

)

select * from rated
