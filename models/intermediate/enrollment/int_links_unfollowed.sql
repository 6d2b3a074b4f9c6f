with links as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'link'

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

-- Whoever is there, by whatever way, need not follow
unfollowed as (

    select
        links.user_id,
        links.enrollment_id,
        links.target_sequence_id,
        links.contact_phone,
        links.lead_id,
        links.device_id,
        links.due_at
    from links
    where not exists (
        select 1 from enrolled
        where
            enrolled.user_id = links.user_id
            and enrolled.sequence_id = links.target_sequence_id
            and enrolled.contact_phone = links.contact_phone
    )

)

select * from unfollowed
