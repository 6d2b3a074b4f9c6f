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
        sequences.user_id,
        sequences.sequence_id,
        sequences.sequence_name,
        sequences.sequence_state,
        count(*) filter (where steps.status in ('active', 'sent'))
            as open_enrollments,
        {{ bucket_counts() }}
    from sequences
    left join steps
        on
            sequences.user_id = steps.user_id
            and sequences.sequence_id = steps.sequence_id
    group by
        sequences.user_id,
        sequences.sequence_id,
        sequences.sequence_name,
        sequences.sequence_state

),

joined as (

    select
        counted.*,
        coalesce(enrolled.contacts, 0) as contacts,
        coalesce(enrolled.enrollments, 0) as enrollments,
        coalesce(enrolled.enrollments, 0)
        - counted.open_enrollments as ended_enrollments,
        {{ rate('counted.done', 'counted.done + counted.failed') }}
            as success_rate
    from counted
    left join enrolled
        on
            counted.user_id = enrolled.user_id
            and counted.sequence_id = enrolled.sequence_id

)

select * from joined
