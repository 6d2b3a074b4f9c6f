with broadcast_messages as (

    select * from {{ source('dispatch', 'broadcast_messages') }}

),

operator_requests as (

    select * from {{ source('dispatch', 'operator_requests') }}

),

-- Its own model, as stg_dispatch__device_attempts: what one query reads
-- twice, Postgres copies whole first, and the queue must never read the whole
-- ledger. A person who has the step tried again lifts the faults until then.
faulty as (

    select distinct
        user_id,
        sequence_stepid,
        definition_hash
    from broadcast_messages
    where
        fault_class = 'CONTENT_INVALID'
        and not exists (
            select 1 from operator_requests
            where
                operator_requests.user_id = broadcast_messages.user_id
                and operator_requests.kind = 'retry'
                and operator_requests.target = jsonb_build_object(
                    'sequence_stepid', broadcast_messages.sequence_stepid
                )
                and operator_requests.requested_at
                >= broadcast_messages.finished_at
        )

)

select * from faulty
