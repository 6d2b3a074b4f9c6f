-- A contact is at one step of a sequence: at most one row of an enrolment is
-- active, and none before it is sent. One behind it may be, where the claim of
-- the active one was not to be seen yet when the later was claimed: both are
-- under way, and neither is sent again. Of the enrolments that this build
-- folded; the others are as the build before left them.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}

),

crowded as (

    select
        steps.user_id,
        steps.enrollment_id
    from folded
    inner join steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id
    where steps.status in ('active', 'sent')
    group by steps.user_id, steps.enrollment_id
    having
        count(*) filter (where steps.status = 'active') > 1
        or count(*) filter (where steps.status = 'sent') > 1
        or max(steps.chain_no) filter (where steps.status = 'active')
        > min(steps.chain_no) filter (where steps.status = 'sent')

)

select * from crowded
