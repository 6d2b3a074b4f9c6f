with attempts as (

    select * from {{ ref('int_attempts_receipted') }}

),

-- Why a message was not delivered its receipt says, not what the ledger has of
-- an answer that was never understood
explained as (

    select
        *,
        case
            when is_undelivered then receipt_fault_class
            else coalesce(fault_class, receipt_fault_class)
        end as reported_fault_class,
        case
            when is_undelivered then coalesce(receipt_error, error_message)
            else error_message
        end as reported_error
    from attempts

)

select * from explained
