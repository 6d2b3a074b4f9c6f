with enrollments as (

    select enrollments.*
    from {{ ref('enrollments_to_fold') }} as to_fold
    cross join lateral (
        select enrolled.*
        from {{ ref('sequence_enrollments') }} as enrolled
        where
            enrolled.user_id = to_fold.user_id
            and enrolled.enrollment_id = to_fold.enrollment_id
        limit 1
    ) as enrollments

),

definitions as (

    select * from {{ ref('int_definitions_followed') }}

)

-- An exit and an end are final and keep the definition that held then; an exit
-- decided in this build has none yet. Found by an index.
select
    enrollments.user_id,
    enrollments.enrollment_id,
    enrollments.sequence_id,
    enrollments.contact_phone,
    enrollments.enrolled_at,
    greatest(enrollments.enrolled_at, enrollments.first_due_at)
        as first_due_at,
    coalesce(decisions.device_id, enrollments.device_id) as device_id,
    decisions.is_ended,
    decisions.has_led_on or not decisions.is_ended as may_lead_on,
    decisions.end_reason,
    decisions.exit_reason,
    -- A build before this one saw it
    decisions.exit_hash is not null as has_left,
    coalesce(
        decisions.end_hash,
        decisions.exit_hash,
        case
            when definitions.on_edit = 'follow'
                then definitions.definition_hash
        end,
        enrollments.definition_hash
    ) as followed_hash
from enrollments
left join definitions
    on
        enrollments.user_id = definitions.user_id
        and enrollments.sequence_id = definitions.sequence_id
cross join lateral (
    select
        coalesce(bool_or(decided.decision = 'ended'), false) as is_ended,
        coalesce(bool_or(decided.decision = 'link'), false) as has_led_on,
        min(decided.reason) filter (where decided.decision = 'ended')
            as end_reason,
        min(decided.reason) filter (where decided.decision = 'exit')
            as exit_reason,
        {{ latest_of('decided.definition_hash', "decision = 'ended'") }}
            as end_hash,
        {{ latest_of('decided.definition_hash', "decision = 'exit'") }}
            as exit_hash,
        {{ latest_of('decided.device_id', "decision = 'reassigned'") }}
            as device_id
    from {{ ref('sequence_decisions') }} as decided
    where
        decided.user_id = enrollments.user_id
        and decided.enrollment_id = enrollments.enrollment_id
) as decisions
