with tokens as (

    select distinct
        user_id,
        token
    from {{ ref('int_leads_tokenised') }}

),

sequences as (

    select * from {{ ref('int_sequences_opened') }}
    where entry_trigger is not null

),

-- Each token is compared once, however many leads carry it
unmatched as (

    select * from tokens
    where not exists (
        select 1 from sequences
        where
            sequences.user_id = tokens.user_id
            and sequences.entry_trigger = tokens.token
    )

),

-- One or two letters are in almost every word
compared as (

    select
        unmatched.user_id,
        unmatched.token,
        sequences.entry_trigger,
        {{ is_one_edit_away('unmatched.token', 'sequences.entry_trigger') }}
            as is_misspelt
    from unmatched
    inner join sequences on unmatched.user_id = sequences.user_id
    where least(length(unmatched.token), length(sequences.entry_trigger)) >= 3

),

nearest as (

    select distinct on (user_id, token)
        user_id,
        token,
        entry_trigger as near_miss
    from compared
    where
        is_misspelt
        or position(entry_trigger in token) > 0
        or position(token in entry_trigger) > 0
    order by
        user_id asc,
        token asc,
        is_misspelt desc,
        length(entry_trigger) desc,
        entry_trigger asc

)

select * from nearest
