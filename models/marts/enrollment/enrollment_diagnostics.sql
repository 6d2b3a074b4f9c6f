{{ config(pre_hook="set local enable_nestloop = off") }}

-- The planner takes all leads that match for one row, and would walk the steps
-- of every sequence once for each of them.

with leads as (

    select * from {{ ref('stg_app__leads') }}

),

judged as (

    select * from {{ ref('int_enrollments_judged') }}

),

enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

tokenised as (

    select distinct
        user_id,
        lead_id
    from {{ ref('int_leads_tokenised') }}

),

pairs as (

    select
        judged.user_id,
        judged.lead_id,
        judged.sequence_id,
        case
            when enrollments.lead_id = judged.lead_id then 'enrolled'
            when judged.rejection_reason is null then 'candidate'
            else 'rejected'
        end as outcome,
        judged.rejection_reason
    from judged
    left join enrollments
        on
            judged.user_id = enrollments.user_id
            and judged.sequence_id = enrollments.sequence_id
            and judged.contact_phone = enrollments.contact_phone

),

-- A lead that names no sequence has one row of its own
nameless as (

    select
        leads.user_id,
        leads.lead_id,
        null::uuid as sequence_id,
        'rejected' as outcome,
        case
            when tokenised.lead_id is null then 'no_trigger'
            else 'unknown_trigger'
        end as rejection_reason
    from leads
    left join tokenised
        on
            leads.user_id = tokenised.user_id
            and leads.lead_id = tokenised.lead_id
    where not exists (
        select 1 from judged
        where
            judged.user_id = leads.user_id
            and judged.lead_id = leads.lead_id
    )

),

unioned as (

    select * from pairs
    union all
    select * from nameless

),

described as (

    select
        user_id,
        {{ surrogate_key(['user_id', 'lead_id', 'sequence_id']) }}
            as diagnostic_id,
        lead_id,
        sequence_id,
        outcome::text as outcome,
        case
            when outcome = 'rejected' then rejection_reason
        end::text as rejection_reason
    from unioned

)

select * from described
