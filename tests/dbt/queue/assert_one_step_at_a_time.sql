-- A contact is at one step of a sequence: at most one row of an enrolment is
-- active or sent.
with steps as (

    select * from {{ ref('sequence_contacts') }}

),

crowded as (

    select
        user_id,
        enrollment_id,
        count(*) as row_count
    from steps
    where status in ('active', 'sent')
    group by user_id, enrollment_id
    having count(*) > 1

)

select * from crowded
