with standing_pauses as (

    select * from {{ source('dispatch', 'standing_pauses') }}

),

renamed as (

    select
        user_id,
        (target ->> 'device_id')::uuid as device_id,
        (target ->> 'sequence_id')::uuid as sequence_id
    from standing_pauses

)

select * from renamed
