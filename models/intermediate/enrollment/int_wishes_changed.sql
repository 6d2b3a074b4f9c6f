with rematched as (

    select * from {{ ref('int_leads_rematched') }}

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

-- Looked up by their numbers at once, for those who changed are few beside all
-- who are enrolled; a join would read everybody.
known as (

    select
        user_id,
        sequence_id,
        contact_phone
    from enrolled
    where
        contact_phone
        = any(array(select rematched.contact_phone from rematched))

),

-- Who is enrolled wishes for nothing more, unless that can be done again
wished as (

    select
        rematched.user_id,
        rematched.lead_key,
        rematched.contact_phone,
        rematched.sequence_id
    from rematched
    where not exists (
        select 1 from known
        where
            known.user_id = rematched.user_id
            and known.sequence_id = rematched.sequence_id
            and known.contact_phone = rematched.contact_phone
            and not rematched.may_return
    )

)

select * from wished
