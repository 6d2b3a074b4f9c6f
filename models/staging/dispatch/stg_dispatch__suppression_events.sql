with suppressions as (

    select * from {{ source('dispatch', 'suppressions') }}

),

renamed as (

    select
        user_id,
        id as suppression_id,
        phone as contact_phone,
        kind as suppression_kind,
        occurred_at,
        row_xid
    from suppressions

)

select * from renamed
