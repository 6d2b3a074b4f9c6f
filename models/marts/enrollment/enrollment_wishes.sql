{{ config(
    unique_key=['user_id', 'sequence_id', 'lead_id'],
    indexes=[
        {'columns': ['user_id', 'sequence_id', 'lead_id'], 'unique': true},
        {'columns': ['user_id', 'sequence_id', 'contact_phone']},
        {'columns': ['lead_key']},
    ],
    pre_hook=[
        "{{ assert_match_is_whole() }}",
        "{{ forget_wishes() }}",
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

with matched as (

    select * from {{ ref('int_leads_rematched') }}

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

-- Who is enrolled wishes for nothing more, unless that can be done again
wished as (

    select
        matched.user_id,
        matched.sequence_id,
        matched.lead_id,
        matched.lead_key,
        matched.contact_phone,
        matched.may_return
    from matched
    where
        matched.may_return
        or not exists (
            select 1 from enrolled
            where
                enrolled.user_id = matched.user_id
                and enrolled.sequence_id = matched.sequence_id
                and enrolled.contact_phone = matched.contact_phone
        )

)

select * from wished
