{{ config(
    indexes=[
        {
            'columns': ['lead_key', 'sequence_id', 'user_id'], 'unique': true
        },
        {'columns': ['user_id', 'sequence_id', 'contact_phone']},
    ],
    pre_hook=[
        "{{ assert_match_is_whole() }}",
        "{{ follow_lead_ids() }}",
        "set local enable_nestloop = off",
        "set local work_mem = '64MB'",
    ],
    post_hook=[
        "{{ apply_match() }}",
        "{{ analyze_if_grown(this) }}",
    ]
) }}

-- The planner takes those who changed for few and would walk all sequences for
-- each of them.

with changed_leads as (

    select * from {{ ref('int_leads_changed') }}

),

changed as (

    select * from {{ ref('int_wishes_changed') }}

),

-- All or none. A condition would be asked beneath the parallel part of the
-- plan, which would start its workers first.
anew as (

    select * from {{ ref('int_wishes_anew') }}
    limit case when {{ last_match() }} is not null then 0 end

),

-- A lead that changed has a row without a sequence, too: what it wished for
-- before goes
wished as (

    select
        user_id,
        sequence_id,
        lead_key,
        contact_phone
    from changed
    union all
    select
        user_id,
        sequence_id,
        lead_key,
        contact_phone
    from anew
    union all
    select
        user_id,
        null as sequence_id,
        lead_key,
        null as contact_phone
    from changed_leads

)

select * from wished
