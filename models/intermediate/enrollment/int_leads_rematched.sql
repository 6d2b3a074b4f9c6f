with versions as (

    select * from {{ ref('stg_app__lead_versions') }}

),

sequences as (

    select * from {{ ref('int_sequences_entered') }}

),

-- Written since the last match. With both bounds the planner expects few; an
-- age below zero is of a transaction that began after this one.
leads as (

    select * from versions
    where
        lead_age <= (select age({{ last_match() }}::xid))
        and lead_age >= -2147483647

),

tokens as (

    {{ lead_tokens() }}

),

named as (

    {{ lead_matches() }}

),

-- One that names no sequence any more is told, too
rematched as (

    select
        user_id,
        lead_key,
        contact_phone,
        sequence_id,
        may_return
    from named
    union
    select
        user_id,
        lead_key,
        contact_phone,
        null as sequence_id,
        false as may_return
    from leads

)

select * from rematched
