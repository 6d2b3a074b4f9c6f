with attempts as (

    select * from {{ ref('int_attempts_reported') }}
    where attempt_outcome = 'sent'

),

inbound as (

    select * from {{ ref('stg_dispatch__inbound_messages') }}

),

timed as (

    select
        user_id,
        message_id,
        recipient_phone,
        coalesce(sent_at, claimed_at) as answerable_from
    from attempts

),

-- A reply answers the last message before it, over all sequences
answerable as (

    select
        *,
        lead(answerable_from) over (
            partition by user_id, recipient_phone
            order by answerable_from, message_id
        ) as answerable_until
    from timed

),

replied as (

    select
        answerable.user_id,
        answerable.message_id,
        min(inbound.occurred_at) as first_replied_at
    from answerable
    inner join inbound
        on
            answerable.user_id = inbound.user_id
            and answerable.recipient_phone = inbound.contact_phone
            and answerable.answerable_from <= inbound.occurred_at
            and (
                answerable.answerable_until is null
                or answerable.answerable_until > inbound.occurred_at
            )
    group by answerable.user_id, answerable.message_id

)

select * from replied
