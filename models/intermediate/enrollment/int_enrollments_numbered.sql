with wanted as (

    select * from {{ ref('int_enrollments_wanted') }}

),

returning_contacts as (

    select * from {{ ref('int_contacts_returning') }}

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

-- A link leads in once; to come again takes a tag
barred as (

    select
        enrolled.user_id,
        enrolled.sequence_id,
        enrolled.contact_phone,
        returning_contacts.entry_no is not null as may_return
    from enrolled
    left join returning_contacts
        on
            enrolled.user_id = returning_contacts.user_id
            and enrolled.sequence_id = returning_contacts.sequence_id
            and enrolled.contact_phone = returning_contacts.contact_phone

),

-- In one pass: what is asked for twice is written down first, a row for each
-- lead that names a sequence
numbered as (

    select
        wanted.*,
        coalesce(returning_contacts.entry_no, 1) as entry_no
    from wanted
    left join returning_contacts
        on
            wanted.user_id = returning_contacts.user_id
            and wanted.sequence_id = returning_contacts.sequence_id
            and wanted.contact_phone = returning_contacts.contact_phone
            and wanted.source = 'trigger'
    where not exists (
        select 1 from barred
        where
            barred.user_id = wanted.user_id
            and barred.sequence_id = wanted.sequence_id
            and barred.contact_phone = wanted.contact_phone
            and not (barred.may_return and wanted.source = 'trigger')
    )

)

select * from numbered
