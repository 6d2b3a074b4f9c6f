-- Read twice, each time in part
with awaited as not materialized (

    select * from {{ ref('int_enrollments_awaited') }}

),

returning_contacts as (

    select * from {{ ref('int_contacts_returning') }}

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

-- A link leads in once; to come again takes a tag
known as (

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
        awaited.may_be_enrolled
        and (
            returning_contacts.entry_no is not null
            or not exists (
                select 1 from enrolled
                where
                    enrolled.user_id = awaited.user_id
                    and enrolled.sequence_id = awaited.sequence_id
                    and enrolled.contact_phone = awaited.contact_phone
            )
        )

),

-- Whose wish was granted for good has none any more
new as (

    select
        *,
        1 as entry_no
    from awaited
    where not may_be_enrolled

),

numbered as (

    select * from known
    union all
    select * from new

)

select * from numbered
