with leads as (

    select * from {{ ref('stg_app__leads') }}

),

tokens as (

    select * from {{ ref('int_leads_tokenised') }}

),

compared as (

    select * from {{ ref('int_tokens_compared') }}

),

wanted as (

    select * from {{ ref('int_enrollments_wanted') }}

),

unmatched as (

    select
        leads.user_id,
        leads.lead_id
    from leads
    where not exists (
        select 1 from wanted
        where
            wanted.user_id = leads.user_id
            and wanted.lead_id = leads.lead_id
    )

),

judged as (

    select
        unmatched.user_id,
        unmatched.lead_id,
        case
            when count(tokens.token) = 0 then 'no_trigger'
            else 'unknown_trigger'
        end as rejection_reason,
        min(compared.near_miss) as near_miss
    from unmatched
    left join tokens
        on
            unmatched.user_id = tokens.user_id
            and unmatched.lead_id = tokens.lead_id
    left join compared
        on
            tokens.user_id = compared.user_id
            and tokens.token = compared.token
    group by unmatched.user_id, unmatched.lead_id

)

select * from judged
