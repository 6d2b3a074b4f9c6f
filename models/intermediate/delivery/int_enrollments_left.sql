with enrollments as (

    select * from {{ ref('int_enrollments_followed') }}

),

replies_matter as (

    select distinct
        user_id,
        definition_hash
    from {{ ref('sequence_definitions') }}
    where on_reply = 'exit'

),

-- What contacts sent us is large: each of these is found by an index
heard as (

    select
        enrollments.*,
        suppressions.is_opted_out,
        replies_matter.definition_hash is not null
        and exists (
            select 1
            from {{ ref('stg_dispatch__inbound_messages') }} as inbound
            where
                inbound.user_id = enrollments.user_id
                and inbound.contact_phone = enrollments.contact_phone
                and inbound.occurred_at >= enrollments.enrolled_at
        ) as has_replied
    from enrollments
    left join replies_matter
        on
            enrollments.user_id = replies_matter.user_id
            and enrollments.followed_hash = replies_matter.definition_hash
    cross join lateral (
        select
            (
                array_agg(
                    events.suppression_kind order by events.suppression_id desc
                )
            )[1] = 'opt_out'
            or bool_or(
                events.suppression_kind = 'opt_out'
                and events.occurred_at >= enrollments.enrolled_at
            ) as is_opted_out
        from {{ ref('stg_dispatch__suppression_events') }} as events
        where
            events.user_id = enrollments.user_id
            and events.contact_phone = enrollments.contact_phone
    ) as suppressions

)

-- An exit is final, and so is an end
select
    user_id,
    enrollment_id,
    sequence_id,
    contact_phone,
    device_id,
    enrolled_at,
    first_due_at,
    followed_hash,
    is_ended,
    may_lead_on,
    end_reason,
    has_left,
    case
        when exit_reason is not null then exit_reason
        when is_ended then null
        when is_opted_out then 'opted_out'
        when has_replied then 'replied'
    end as exit_reason
from heard
