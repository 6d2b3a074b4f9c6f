-- Everything has a reason: each lead, and each sequence that a lead names,
-- has a row in the diagnostics.
with leads as (

    select * from {{ ref('stg_app__leads') }}

),

matched as (

    select * from {{ ref('int_leads_matched') }}

),

diagnostics as (

    select * from {{ ref('enrollment_diagnostics') }}

),

undiagnosed_leads as (

    select
        leads.user_id,
        leads.lead_id,
        null::uuid as sequence_id
    from leads
    where
        not exists (
            select 1 from diagnostics
            where
                diagnostics.user_id = leads.user_id
                and diagnostics.lead_id = leads.lead_id
        )

),

undiagnosed_pairs as (

    select
        matched.user_id,
        matched.lead_id,
        matched.sequence_id
    from matched
    where
        not exists (
            select 1 from diagnostics
            where
                diagnostics.user_id = matched.user_id
                and diagnostics.lead_id = matched.lead_id
                and diagnostics.sequence_id = matched.sequence_id
        )

),

undiagnosed as (

    select * from undiagnosed_leads
    union all
    select * from undiagnosed_pairs

)

select * from undiagnosed
