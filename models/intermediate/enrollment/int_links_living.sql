with links as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'link'

),

leads as (

    select * from {{ ref('stg_app__sought_leads') }}

),

living as (

    select
        links.user_id,
        links.enrollment_id,
        leads.lead_key,
        leads.lead_id,
        leads.lead_created_at,
        1 as precedence
    from links
    inner join leads
        on links.user_id = leads.user_id and links.lead_id = leads.lead_id
    union all
    select
        links.user_id,
        links.enrollment_id,
        leads.lead_key,
        leads.lead_id,
        leads.lead_created_at,
        2 as precedence
    from links
    inner join leads
        on
            links.user_id = leads.user_id
            and links.contact_phone = leads.contact_phone

),

-- The lead that was enrolled, else another living one with the number
speaking as (

    select distinct on (links.user_id, links.enrollment_id)
        links.user_id,
        links.enrollment_id,
        links.target_sequence_id,
        links.contact_phone,
        links.device_id,
        links.due_at,
        living.lead_key,
        coalesce(living.lead_id, links.lead_id) as lead_id
    from links
    left join living
        on
            links.user_id = living.user_id
            and links.enrollment_id = living.enrollment_id
    order by
        links.user_id asc,
        links.enrollment_id asc,
        living.precedence asc,
        {{ older_first('living') }}

)

select * from speaking
