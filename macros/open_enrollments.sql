{% macro open_enrollments() -%}
    {# Who is in a sequence: enrolled, and neither gone nor at its end. #}
    select
        enrolled.user_id,
        enrolled.sequence_id,
        enrolled.enrollment_id,
        enrolled.contact_phone,
        enrolled.lead_id,
        enrolled.device_id,
        enrolled.reason as source,
        enrolled.decided_at as enrolled_at,
        enrolled.definition_hash,
        enrolled.invocation_id as enrolling_invocation_id
    from {{ recorded_decisions() }} as enrolled
    where
        enrolled.decision = 'enrolled'
        and not exists (
            select 1
            from {{ recorded_decisions() }} as left_already
            where
                left_already.user_id = enrolled.user_id
                and left_already.enrollment_id = enrolled.enrollment_id
                and left_already.decision in ('exit', 'ended')
        )
{%- endmacro %}
