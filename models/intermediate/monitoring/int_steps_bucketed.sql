-- Read twice, the second time in part
with steps as not materialized (

    select * from {{ ref('sequence_contacts') }}

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}
    where attempt_status = 'sent'

),

-- Since the last build. Of the open steps alone: to join all there are with
-- the ledger takes as long again as to count them.
sent as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_stepid
    from steps
    inner join attempts
        on
            steps.user_id = attempts.user_id
            and steps.enrollment_id = attempts.enrollment_id
            and steps.sequence_stepid = attempts.sequence_stepid
            and steps.attempt_no = attempts.attempt_no
    where steps.status = 'active'

),

-- Live, as the monitor: what was sent since the last build is done
bucketed as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_id,
        steps.sequence_stepid,
        steps.device_id,
        steps.status,
        steps.next_trigger_time,
        case
            when steps.status in ('completed', 'sent') then 'done'
            when sent.enrollment_id is not null then 'done'
            when steps.status in ('pending', 'active') then 'remaining'
            when steps.status in ('cancelled', 'sequence_failed')
                then 'cancelled'
            else steps.status
        end as bucket
    from steps
    left join sent
        on
            steps.user_id = sent.user_id
            and steps.enrollment_id = sent.enrollment_id
            and steps.sequence_stepid = sent.sequence_stepid

)

select * from bucketed
