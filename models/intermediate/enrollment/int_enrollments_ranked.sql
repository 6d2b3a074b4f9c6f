with described as (

    select * from {{ ref('int_enrollments_described') }}

),

devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

tenants as (

    select user_id from devices

),

joined as (

    select
        described.*,
        devices.device_id as own_device_id,
        devices.device_id is not null
        or (
            described.device_assignment = 'least_loaded'
            and described.user_id in (select tenants.user_id from tenants)
        ) as has_device
    from described
    left join devices
        on
            described.user_id = devices.user_id
            and described.device_id = devices.device_id

),

-- The oldest valid lead speaks for its phone; its tag wins over a link, which
-- would only make it wait. Numbers first and byte by byte: they differ most,
-- so that the sort compares little else.
ranked as (

    select
        joined.*,
        row_number() over (
            partition by
                joined.contact_phone collate "C", -- noqa: RF03
                joined.user_id,
                joined.sequence_id
            order by
                joined.has_device desc,
                joined.is_lead_alive desc,
                joined.source desc,
                {{ older_first('joined') }}
        ) as lead_rank
    from joined

)

select * from ranked
