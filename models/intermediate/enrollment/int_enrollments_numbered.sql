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

new as (

    select
        wanted.*,
        1 as entry_no
    from wanted
    where not exists (
        select 1 from enrolled
        where
            enrolled.user_id = wanted.user_id
            and enrolled.sequence_id = wanted.sequence_id
            and enrolled.contact_phone = wanted.contact_phone
    )

),

-- A link leads in once; to come again takes a tag
returning_again as (

    select
        wanted.*,
        returning_contacts.entry_no
    from wanted
    inner join returning_contacts
        on
            wanted.user_id = returning_contacts.user_id
            and wanted.sequence_id = returning_contacts.sequence_id
            and wanted.contact_phone = returning_contacts.contact_phone
    where wanted.source = 'trigger'

),

unioned as (

    select * from new
    union all
    select * from returning_again

)

select * from unioned
