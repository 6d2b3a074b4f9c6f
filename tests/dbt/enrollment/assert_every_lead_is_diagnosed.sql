-- Everything has a reason: each lead, and each sequence that a lead names,
-- has a row in the diagnostics. Of leads that the build could see: the CRM goes
-- on writing. Where rows do not tell when they were written, all are asked for.
with versions as (

    select * from {{ ref('stg_app__lead_versions') }}

),

watermarks as (

    select * from {{ ref('lead_watermarks') }}

),

leads as (

    select * from versions
    where
        not {{ leads_are_versioned() }}
        or lead_age > (
            select age(watermarks.watermark::xid) from watermarks
            order by watermarks.watermark desc
            limit 1
        )

),

named as (

    select * from {{ ref('int_leads_matched') }}

),

matched as (

    select named.*
    from named
    inner join leads
        on
            named.user_id = leads.user_id
            and named.lead_id = leads.lead_id

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
