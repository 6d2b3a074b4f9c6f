{{ config(post_hook="analyze {{ this }}") }}

-- A table, for all leads are joined with it, by a plan that has to know how
-- many sequences there are.

with sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

policies as (

    select * from {{ ref('int_sequence_policies') }}

),

-- A blank trigger names nobody
entered as (

    select
        sequences.user_id,
        sequences.sequence_id,
        sequences.trigger_token as entry_trigger,
        policies.trigger_match,
        policies.reentry_after_days is not null as may_return
    from sequences
    inner join policies
        on
            sequences.user_id = policies.user_id
            and sequences.sequence_id = policies.sequence_id
    where sequences.trigger_token is not null

)

select * from entered
