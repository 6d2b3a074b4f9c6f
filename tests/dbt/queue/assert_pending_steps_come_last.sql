-- Steps go in the order of their chain: none that is pending stands before one
-- that was tried, is next or was passed over, in the enrolments that this
-- build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}

),

disordered as (

    select
        steps.user_id,
        steps.enrollment_id,
        min(steps.chain_no) filter (where steps.status = 'pending')
            as first_pending_no,
        max(steps.chain_no) filter (where steps.status <> 'pending')
            as last_other_no
    from folded
    inner join steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id
    group by steps.user_id, steps.enrollment_id
    having
        min(steps.chain_no) filter (where steps.status = 'pending')
        < max(steps.chain_no) filter (where steps.status <> 'pending')

)

select * from disordered
