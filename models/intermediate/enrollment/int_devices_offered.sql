with tenants as (

    select distinct
        user_id,
        needed_count
    from {{ ref('int_enrollments_unassigned') }}

),

devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

open_enrollments as (

    select * from {{ ref('int_enrollments_open') }}

),

loaded as (

    select
        tenants.user_id,
        tenants.needed_count,
        devices.device_id,
        count(open_enrollments.enrollment_id) as open_count
    from tenants
    inner join devices on tenants.user_id = devices.user_id
    left join open_enrollments
        on
            devices.user_id = open_enrollments.user_id
            and devices.device_id = open_enrollments.device_id
    group by tenants.user_id, tenants.needed_count, devices.device_id

),

-- How full a device can get at most while all are filled evenly
bounded as (

    select
        *,
        least(
            open_count + needed_count,
            max(open_count) over tenant
            + ceil(needed_count::numeric / count(*) over tenant)
        )::bigint as highest_count
    from loaded
    window tenant as (partition by user_id)

),

-- Places in the order in which they are taken: the emptiest device first
offered as (

    select
        bounded.user_id,
        bounded.device_id,
        row_number() over (
            partition by bounded.user_id
            order by levels.level_no, bounded.device_id
        ) as place_no
    from bounded
    cross join lateral generate_series(
        bounded.open_count + 1, bounded.highest_count
    ) as levels (level_no)

)

select * from offered
