-- Who is through is in the next sequence or waits for it: a link that did
-- neither would end a chain without a reason. Of the enrolments that this build
-- folded, once it did.
-- depends_on: {{ ref('sequence_contacts') }}
with links as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'link' and {{ is_folded() }}

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

waiting as (

    select * from {{ ref('enrollment_links') }}

),

lost as (

    select
        links.user_id,
        links.enrollment_id,
        links.target_sequence_id
    from links
    where
        not exists (
            select 1 from waiting
            where
                waiting.user_id = links.user_id
                and waiting.enrollment_id = links.enrollment_id
        )
        and not exists (
            select 1 from enrolled
            where
                enrolled.user_id = links.user_id
                and enrolled.sequence_id = links.target_sequence_id
                and enrolled.contact_phone = links.contact_phone
        )

)

select * from lost
