{% macro left_steps_as_skipped(contacts) -%}
    select
        planned.user_id,
        planned.enrollment_id,
        planned.sequence_stepid,
        planned.sequence_id,
        planned.definition_hash,
        planned.followed_hash,
        planned.contact_phone,
        planned.device_id,
        planned.current_step,
        {{ skipped_state('attempted') }},
        2 as preference
    from (
        {# Whether open or not: of who has left, a later step may turn out to
           have been attempted, and what was assumed sent never to have been.
           Found before attempts are joined: else those are read anew for each
           enrolment. #}
        select found.*
        from {{ ref('enrollments_to_fold') }} as enrollments
        cross join lateral (
            select *
            from {{ contacts }} as contact_steps
            where
                contact_steps.user_id = enrollments.user_id
                and contact_steps.enrollment_id = enrollments.enrollment_id
                and contact_steps.status <> 'skipped'
            offset 0
        ) as found
        offset 0
    ) as planned
    left join {{ ref('int_steps_attempted') }} as attempted
        on
            planned.user_id = attempted.user_id
            and planned.enrollment_id = attempted.enrollment_id
            and planned.sequence_stepid = attempted.sequence_stepid
{%- endmacro %}
