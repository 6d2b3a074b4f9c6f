with known as (

    select * from {{ ref('int_devices_known') }}
    where is_deleted

),

devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

waiting as (

    select
        user_id,
        device_id,
        enrollment_id
    from {{ ref('sequence_contacts') }}
    where status = 'active'

),

-- Another device is another sender, which is for a person to choose: the cure
-- shows what it would do, and where there is none who waits
described as (

    select
        waiting.user_id,
        waiting.device_id::text as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (array_agg(
            waiting.enrollment_id::text order by waiting.enrollment_id
        ))[1:3] as example_keys,
        format(
            '%s contacts wait for device %s, which has been deleted or given '
            || 'to another tenant',
            count(*), min(known.device_name)
        ) as explanation,
        format(
            case
                when min(other.device_id) is null
                    then
                        'select * from {{ target_schema_name() }}'
                        || '.sequence_contacts where user_id = %L '
                        || 'and device_id = %L and status = ''active'''
                else
                    'dispatcher enrollments reassign --from %2$s --to %3$s '
                    || '--reason ''device deleted'' --dry-run'
            end,
            waiting.user_id, waiting.device_id, min(other.device_id)
        ) as cure
    from waiting
    inner join known
        on
            waiting.user_id = known.user_id
            and waiting.device_id = known.device_id
    left join lateral (
        select min(devices.device_id::text) as device_id
        from devices
        where devices.user_id = waiting.user_id
    ) as other on true
    group by waiting.user_id, waiting.device_id

)

select * from described
