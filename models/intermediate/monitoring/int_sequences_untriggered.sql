-- An archived sequence is over, so it strands nobody
with sequences as (

    select * from {{ ref('stg_app__sequences') }}
    where trigger_token is null and sequence_status <> 'archived'

),

-- One with a comma is a trigger that no lead can name
entry_steps as (

    select
        sequence_id,
        min(trigger_token) as entry_token
    from {{ ref('stg_app__sequence_steps') }}
    where is_entry_point and position(',' in trigger_token) = 0
    group by sequence_id

),

tokens as (

    select * from {{ ref('int_leads_tokenised') }}

),

-- The leads that carry the token of the entry step
stranded as (

    select
        sequences.user_id,
        sequences.sequence_id,
        sequences.sequence_name,
        entry_steps.entry_token,
        count(distinct tokens.lead_id) as affected_count,
        array_remove(
            (array_agg(
                distinct tokens.lead_id order by tokens.lead_id
            ))[1:3],
            null
        ) as example_keys
    from sequences
    left join entry_steps on sequences.sequence_id = entry_steps.sequence_id
    left join tokens
        on
            sequences.user_id = tokens.user_id
            and entry_steps.entry_token = tokens.token
    group by
        sequences.user_id,
        sequences.sequence_id,
        sequences.sequence_name,
        entry_steps.entry_token

)

select * from stranded
