-- A contact is at one step of a sequence: at most one row of an enrolment is
-- active or sent. Of the enrolments that this build folded; the others are as
-- the build before left them.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}

),

crowded as (

    select
        steps.user_id,
        steps.enrollment_id,
        count(*) as row_count
    from folded
    inner join steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id
    where steps.status in ('active', 'sent')
    group by steps.user_id, steps.enrollment_id
    having count(*) > 1

)

select * from crowded
