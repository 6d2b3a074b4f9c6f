with awaited as (

    select * from {{ ref('int_enrollments_awaited') }}

),

returning_contacts as (

    select * from {{ ref('int_contacts_returning') }}

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

-- A link leads in once; to come again takes a tag. Whose wish was granted for
-- good has none any more, so few are looked up here.
numbered as (

    select
        awaited.*,
        coalesce(returning_contacts.entry_no, 1) as entry_no
    from awaited
    left join returning_contacts
        on
            awaited.user_id = returning_contacts.user_id
            and awaited.sequence_id = returning_contacts.sequence_id
            and awaited.contact_phone = returning_contacts.contact_phone
            and awaited.source = 'trigger'
    where
        not awaited.may_be_enrolled
        or returning_contacts.entry_no is not null
        or not exists (
            select 1 from enrolled
            where
                enrolled.user_id = awaited.user_id
                and enrolled.sequence_id = awaited.sequence_id
                and enrolled.contact_phone = awaited.contact_phone
        )

)

select * from numbered
