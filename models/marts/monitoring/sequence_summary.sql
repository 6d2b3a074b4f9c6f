with sequences as (

    select * from {{ ref('int_sequences_known') }}

),

steps as (

    select * from {{ ref('int_steps_bucketed') }}

),

enrollments as (

    select * from {{ ref('int_enrollments_reported') }}

),

-- Of those that the memory has: after a loss there are steps without theirs
enrolled as (

    select
        user_id,
        sequence_id,
        count(*) as enrollments,
        count(*) filter (where not is_ended) as open_enrollments,
        count(distinct contact_phone) as contacts
    from enrollments
    group by user_id, sequence_id

),

counted as (

    select
        user_id,
        sequence_id,
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
        coalesce(enrolled.open_enrollments, 0) as open_enrollments,
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
