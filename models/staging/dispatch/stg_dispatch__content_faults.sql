with broadcast_messages as (

    select * from {{ source('dispatch', 'broadcast_messages') }}

),

-- Its own model, as stg_dispatch__device_attempts: what one query reads
-- twice, Postgres copies whole first, and the queue must never read the whole
-- ledger
faulty as (

    select distinct
        user_id,
        sequence_stepid,
        definition_hash
    from broadcast_messages
    where fault_class = 'CONTENT_INVALID'

)

select * from faulty
