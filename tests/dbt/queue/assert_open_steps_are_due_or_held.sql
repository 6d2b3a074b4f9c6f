-- Everything has a reason: an open step is in the queue once or says why not,
-- and never both; what has ended is neither. Of the enrolments that this build
-- folded, step by step: who asks for one must not pay for all.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}

),

held as (

    select * from {{ ref('int_steps_held') }}

),

devices as (

    select * from {{ ref('int_devices_held') }}

),

due as (

    select * from {{ ref('due_steps') }}

),

looked_up as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_stepid,
        steps.status in ('pending', 'active', 'sent') as is_open,
        coalesce(reason.step_hold, device.hold_reason) as hold_reason,
        queued.due_count
    from folded
    inner join steps
        on
            folded.user_id = steps.user_id
            and folded.enrollment_id = steps.enrollment_id
    left join lateral (
        select held.step_hold from held
        where
            held.user_id = steps.user_id
            and held.enrollment_id = steps.enrollment_id
            and held.sequence_stepid = steps.sequence_stepid
        limit 1
    ) as reason on true
    left join lateral (
        select devices.hold_reason from devices
        where
            devices.user_id = steps.user_id
            and devices.device_id = steps.device_id
            and steps.status = 'active'
        limit 1
    ) as device on true
    inner join lateral (
        select count(*) as due_count from due
        where
            due.user_id = steps.user_id
            and due.enrollment_id = steps.enrollment_id
            and due.sequence_stepid = steps.sequence_stepid
    ) as queued on true

),

neither_or_both as (

    select * from looked_up
    where
        due_count + (hold_reason is not null)::integer <> is_open::integer

)

select * from neither_or_both
