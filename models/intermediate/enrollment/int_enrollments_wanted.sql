with matched as (

    select * from {{ ref('int_leads_matched') }}

),

linked as (

    select * from {{ ref('int_contacts_linked') }}

),

wanted as (

    select
        user_id,
        sequence_id,
        lead_id,
        contact_phone,
        'trigger' as source
    from matched
    union all
    select
        user_id,
        sequence_id,
        lead_id,
        contact_phone,
        'link' as source
    from linked

)

select * from wanted
