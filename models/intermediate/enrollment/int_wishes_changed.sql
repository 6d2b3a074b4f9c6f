with rematched as (

    select * from {{ ref('int_leads_rematched') }}

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

-- Who is enrolled wishes for nothing more, unless that can be done again.
-- These are few, so each is looked up: with the limit it is no join for which
-- all who are enrolled would be read.
wished as (

    select
        rematched.user_id,
        rematched.lead_key,
        rematched.contact_phone,
        rematched.sequence_id
    from rematched
    left join
        lateral (
            select true as is_enrolled from enrolled
            where
                enrolled.user_id = rematched.user_id
                and enrolled.sequence_id = rematched.sequence_id
                and enrolled.contact_phone = rematched.contact_phone
                and not rematched.may_return
            limit 1
        ) as already
        on true
    where already.is_enrolled is null

)

select * from wished
