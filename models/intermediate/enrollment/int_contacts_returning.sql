with policies as (

    select * from {{ ref('int_sequence_policies') }}
    where reentry_after_days is not null

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

ended as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'ended'

),

untagged as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'untagged'

),

entries as (

    select
        policies.user_id,
        policies.sequence_id,
        policies.reentry_after_days,
        enrolled.contact_phone,
        ended.decided_at as ended_at,
        untagged.decision_id is not null as is_untagged
    from policies
    inner join enrolled
        on
            policies.user_id = enrolled.user_id
            and policies.sequence_id = enrolled.sequence_id
    left join ended
        on
            enrolled.user_id = ended.user_id
            and enrolled.enrollment_id = ended.enrollment_id
    left join untagged
        on
            enrolled.user_id = untagged.user_id
            and enrolled.enrollment_id = untagged.enrollment_id

),

-- Each of the earlier entries has to be over, the tag seen gone after it
counted as (

    select
        user_id,
        sequence_id,
        contact_phone,
        count(*)::integer + 1 as entry_no
    from entries
    group by user_id, sequence_id, contact_phone, reentry_after_days
    having
        bool_and(ended_at is not null and is_untagged)
        and max(ended_at) + make_interval(days => reentry_after_days)
        <= {{ now_utc() }}

)

select * from counted
