with operator_requests as (

    select * from {{ source('dispatch', 'operator_requests') }}

),

renamed as (

    select
        id as request_id,
        user_id,
        kind as request_kind,
        target,
        reason,
        requested_by,
        requested_at,
        row_xid
    from operator_requests

)

select * from renamed
