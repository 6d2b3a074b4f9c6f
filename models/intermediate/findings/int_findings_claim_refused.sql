with refusals as (

    select * from {{ ref('int_claims_refused') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}
    where status = 'active'

),

-- Of a contact who left, or went to another device, nothing is refused any more
standing as (

    select refusals.*
    from refusals
    inner join steps
        on
            refusals.user_id = steps.user_id
            and refusals.enrollment_id = steps.enrollment_id
            and refusals.sequence_stepid = steps.sequence_stepid
            and refusals.attempt_no = steps.attempt_no

),

described as (

    select
        user_id,
        refusal_reason as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (
            array_agg(enrollment_id::text order by enrollment_id)
        )[1:3] as example_keys,
        format(
            '%s due messages were not claimed: %s',
            count(*), replace(refusal_reason, '_', ' ')
        ) || case refusal_reason
            when 'unknown_platform'
                then
                    '; correct the platform of the devices, or add it to '
                    || 'gateways in dispatcher.yml'
            when 'device_missing'
                then
                    '; the devices have been deleted, or given to another '
                    || 'tenant'
            else ''
        end as explanation,
        case
            when refusal_reason in ('unknown_platform', 'device_missing')
                then format(
                    'select contact.device_id, device.platform, count(*) '
                    || 'from dispatch.claim_refusals as refusal '
                    || 'inner join {{ target_schema_name() }}'
                    || '.sequence_contacts as contact '
                    || 'using (user_id, enrollment_id, sequence_stepid) '
                    || 'left join {{ app_schema_name() }}.user_devices '
                    || 'as device on device.id = contact.device_id '
                    || 'where refusal.user_id = %L and refusal.reason = %L '
                    || 'and refusal.cleared_at is null group by 1, 2',
                    user_id, refusal_reason
                )
            else 'dbt build'
        end as cure
    from standing
    group by user_id, refusal_reason

)

select * from described
