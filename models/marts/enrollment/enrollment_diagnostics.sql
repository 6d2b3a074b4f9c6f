{{ config(pre_hook=[
    "set local enable_nestloop = off",
    "set local enable_mergejoin = off",
    "set local work_mem = '64MB'",
]) }}

-- The planner takes all leads that match for one row, and would walk the steps
-- of every sequence once for each of them, or sort them on disk.

with pairs as (

    select * from {{ ref('int_enrollments_diagnosed') }}

),

-- A lead that names no sequence has one row of its own
unmatched as (

    select * from {{ ref('int_leads_unmatched') }}

),

unioned as (

    select
        user_id,
        lead_id,
        sequence_id,
        outcome,
        rejection_reason,
        null::text as near_miss
    from pairs
    union all
    select
        user_id,
        lead_id,
        null as sequence_id,
        'rejected' as outcome,
        rejection_reason,
        near_miss
    from unmatched

),

described as (

    select
        user_id,
        {{ surrogate_key(['user_id', 'lead_id', 'sequence_id']) }}
            as diagnostic_id,
        lead_id,
        sequence_id,
        outcome::text as outcome,
        case
            when outcome = 'rejected' then rejection_reason
        end::text as rejection_reason,
        near_miss
    from unioned

)

select * from described
