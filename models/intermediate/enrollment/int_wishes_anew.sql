with named as (

    select * from {{ ref('int_leads_named') }}

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

-- Who is enrolled wishes for nothing more, unless that can be done again: no
-- alternative within the condition, so that it is one join.
wished as (

    select
        named.user_id,
        named.lead_key,
        named.contact_phone,
        named.sequence_id
    from named
    where not exists (
        select 1 from enrolled
        where
            enrolled.user_id = named.user_id
            and enrolled.sequence_id = named.sequence_id
            and enrolled.contact_phone = named.contact_phone
            and not named.may_return
    )

)

select * from wished
