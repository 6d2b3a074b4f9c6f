with changed as (

    select * from {{ ref('int_leads_changed') }}

),

rematched as (

    select * from {{ ref('int_leads_rematched') }}

),

-- Looked up by their numbers at once: a join would read all who are enrolled
enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where
        decision = 'enrolled'
        and contact_phone = any(
            array(select changed.contact_phone from changed)
        )

),

-- Who is enrolled wishes for nothing more, unless that can be done again
wished as (

    select
        user_id,
        lead_key,
        contact_phone,
        sequence_id
    from rematched
    where not exists (
        select 1 from enrolled
        where
            enrolled.user_id = rematched.user_id
            and enrolled.sequence_id = rematched.sequence_id
            and enrolled.contact_phone = rematched.contact_phone
            and not rematched.may_return
    )

)

select * from wished
