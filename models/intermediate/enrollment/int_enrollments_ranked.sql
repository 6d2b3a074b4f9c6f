with numbered as (

    select * from {{ ref('int_enrollments_numbered') }}

),

devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

sequences as (

    select * from {{ ref('int_sequences_opened') }}
    where closed_reason is null

),

tenants as (

    select distinct user_id
    from devices

),

joined as (

    select
        numbered.*,
        devices.device_id as own_device_id,
        devices.device_id is not null
        or (
            sequences.device_assignment = 'least_loaded'
            and tenants.user_id is not null
        ) as has_device,
        sequences.entry_stepid,
        sequences.definition_hash,
        sequences.one_open_enrollment
    from numbered
    inner join sequences
        on
            numbered.user_id = sequences.user_id
            and numbered.sequence_id = sequences.sequence_id
    left join devices
        on
            numbered.user_id = devices.user_id
            and numbered.device_id = devices.device_id
    left join tenants on numbered.user_id = tenants.user_id

),

-- The oldest valid lead speaks for its phone; its tag wins over a link, which
-- would only make it wait
ranked as (

    select
        joined.*,
        row_number() over (
            partition by
                joined.user_id, joined.sequence_id, joined.contact_phone
            order by
                joined.has_device desc,
                joined.is_lead_alive desc,
                joined.source desc,
                {{ older_first('joined') }}
        ) as lead_rank
    from joined

)

select * from ranked
