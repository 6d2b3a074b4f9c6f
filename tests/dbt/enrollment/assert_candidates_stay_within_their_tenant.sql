-- A lead is enrolled into a sequence of its own tenant, on a device of its
-- own tenant. This stands before the insert: what fails here is not enrolled.
-- What the CRM has deleted since the candidates were built is no stranger.
with candidates as (

    select * from {{ ref('enrollment_candidates') }}

),

leads as (

    select * from {{ ref('stg_app__lead_ids') }}

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
        leads.user_id as lead_user_id,
        sequences.user_id as sequence_user_id,
        devices.user_id as device_user_id
    from candidates
    left join leads
        on candidates.lead_id = leads.lead_id
    left join sequences
        on candidates.sequence_id = sequences.sequence_id
    left join devices
        on candidates.device_id = devices.device_id
    where
        candidates.user_id <> leads.user_id
        or candidates.user_id <> sequences.user_id
        or candidates.user_id <> devices.user_id

)

select * from strangers
