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
        "set local jit = off",
        "set local work_mem = '64MB'",
    ],
    post_hook=[
        "{{ apply_match() }}",
        "{{ analyze_if_grown(this) }}",
    ]
) }}

with leads as (

    select * from {{ ref('leads_to_match') }}

),

matched as (

    select * from {{ ref('int_leads_matched') }}

),

sequences as (

    select * from {{ ref('int_sequences_entered') }}

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
        sequences.may_return
    from leads
    inner join matched
        on
            leads.user_id = matched.user_id
            and leads.lead_key = matched.lead_key
    inner join sequences
        on
            matched.user_id = sequences.user_id
            and matched.sequence_id = sequences.sequence_id
    where
        sequences.may_return
        or not exists (
            select 1 from enrolled
            where
                enrolled.user_id = matched.user_id
                and enrolled.sequence_id = matched.sequence_id
                and enrolled.contact_phone = matched.contact_phone
        )

)

select * from wished
