{%- set known = [
    "earlier_step", "in_flight", "outcome_unknown", "awaiting_build",
    "awaiting_receipt", "opted_out", "replied", "sequence_paused",
    "sequence_paused_by_operator", "sequence_missing",
    "sequence_misconfigured", "scheduled", "quiet_hours", "weekend",
    "content_invalid", "unresolved_placeholder", "content_missing",
    "media_missing", "message_type_unknown", "device_missing",
    "unknown_platform", "definition_changed", "claim_failed",
] -%}

-- The words in which a hold is told are those that people were given. Of the
-- enrolments that this build folded; the others are as they were.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('int_steps_held') }}

),

unknown as (

    select
        folded.user_id,
        folded.enrollment_id,
        held.step_hold
    from folded
    inner join lateral (
        select steps.step_hold from steps
        where
            steps.user_id = folded.user_id
            and steps.enrollment_id = folded.enrollment_id
        offset 0
    ) as held on true
    where
        held.step_hold not in (
            {% for reason in known -%}
                '{{ reason }}'{{ "," if not loop.last }}
            {% endfor -%}
        )

)

select * from unknown
