-- A lead is enrolled into a sequence of its own tenant, on a device of its
-- own tenant. This stands before the insert: what fails here is not enrolled.
with candidates as (

    select * from {{ ref('enrollment_candidates') }}

),

leads as (

    select * from {{ ref('stg_app__leads') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

strangers as (

    select
        candidates.user_id,
        candidates.enrollment_id,
        leads.lead_id is not null as has_lead,
        sequences.sequence_id is not null as has_sequence,
        devices.device_id is not null as has_device
    from candidates
    left join leads
        on
            candidates.user_id = leads.user_id
            and candidates.lead_id = leads.lead_id
    left join sequences
        on
            candidates.user_id = sequences.user_id
            and candidates.sequence_id = sequences.sequence_id
    left join devices
        on
            candidates.user_id = devices.user_id
            and candidates.device_id = devices.device_id
    where
        leads.lead_id is null
        or sequences.sequence_id is null
        or devices.device_id is null

)

select * from strangers
