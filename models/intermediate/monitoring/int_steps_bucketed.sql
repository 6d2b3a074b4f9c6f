with steps as (

    select * from {{ ref('sequence_contacts') }}

),

sent as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}
    where attempt_status = 'sent'

),

-- Live, as the monitor: what was sent since the last build is done
bucketed as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_id,
        steps.sequence_stepid,
        steps.device_id,
        steps.contact_phone,
        steps.status,
        steps.next_trigger_time,
        case
            when steps.status in ('completed', 'sent') then 'done'
            when sent.message_id is not null then 'done'
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
            and steps.attempt_no = sent.attempt_no
            and steps.status = 'active'

)

select * from bucketed
