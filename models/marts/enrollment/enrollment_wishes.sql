{{ config(
    indexes=[
        {
            'columns': ['lead_key', 'sequence_id', 'user_id'], 'unique': true
        },
        {'columns': ['user_id', 'sequence_id', 'contact_phone']},
    ],
    unique_key=['lead_key', 'sequence_id', 'user_id'],
    pre_hook=[
        "{{ assert_match_is_whole() }}",
        "set local enable_nestloop = off",
        "set local jit = off",
        "set local work_mem = '64MB'",
    ],
    post_hook=[
        "{{ apply_match() }}",
        "{{ analyze_if_grown(this) }}",
    ]
) }}

-- The planner takes the sequences for one, and would ask for all leads again
-- for each of them. JIT costs this query more than it saves.

with rematched as (

    select * from {{ ref('int_leads_rematched') }}

),

named as (

    select * from {{ ref('int_leads_named') }}

),

enrolled as not materialized (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

-- Who is enrolled wishes for nothing more, unless that can be done again.
-- Leads that changed are few: each is looked up, by a join that only a lateral
-- one with a limit is.
changed as (

    select rematched.*
    from rematched
    left join
        lateral (
            select true as is_enrolled from enrolled
            where
                enrolled.user_id = rematched.user_id
                and enrolled.sequence_id = rematched.sequence_id
                and enrolled.contact_phone = rematched.contact_phone
                and not rematched.may_return
            limit 1
        ) as already
        on true
    where already.is_enrolled is null

),

everything as (

    select distinct
        named.user_id,
        named.lead_key,
        named.contact_phone,
        named.sequence_id,
        named.may_return
    from named
    where
        {{ last_match() }} is null
        and not exists (
            select 1 from enrolled
            where
                enrolled.user_id = named.user_id
                and enrolled.sequence_id = named.sequence_id
                and enrolled.contact_phone = named.contact_phone
                and not named.may_return
        )

),

wished as (

    select * from changed
    union all
    select * from everything

)

select * from wished
