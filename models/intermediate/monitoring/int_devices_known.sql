{{ config(
    unique_key=['user_id', 'device_id'],
    indexes=[{'columns': ['user_id', 'device_id'], 'unique': true}]
) }}

-- A device that the CRM deletes, or gives to another tenant, keeps its name in
-- the reports, and holds what was to go from it. Through which gateway it sends
-- is asked of each device that may go.

with devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

described as (

    select
        user_id,
        device_id,
        device_name,
        gateway,
        false as is_deleted
    from devices
    {% if is_incremental() -%}
        union all
        select
            known.user_id,
            known.device_id,
            known.device_name,
            known.gateway,
            true as is_deleted
        from {{ this }} as known
        where
            not exists (
                select 1 from devices
                where
                    devices.user_id = known.user_id
                    and devices.device_id = known.device_id
            )
    {%- endif %}

)

select * from described
