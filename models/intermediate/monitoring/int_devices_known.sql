{{ config(
    unique_key=['user_id', 'device_id'],
    indexes=[{'columns': ['user_id', 'device_id'], 'unique': true}]
) }}

-- A device that the CRM deletes keeps its name in the reports. Through which
-- gateway it sends is asked of each device that may go.

with devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

described as (

    select
        user_id,
        device_id,
        device_name,
        gateway
    from devices

)

select * from described
