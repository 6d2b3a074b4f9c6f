{% macro has_opted_out(enrollments) -%}
    {# Opted out now, or at any time since the enrolment. #}
    exists (
        select 1
        from {{ ref('stg_dispatch__suppressions') }} as suppressions
        where
            suppressions.user_id = {{ enrollments }}.user_id
            and suppressions.contact_phone = {{ enrollments }}.contact_phone
            and (
                suppressions.is_opted_out
                or suppressions.last_opt_out_at
                >= {{ enrollments }}.enrolled_at
            )
    )
{%- endmacro %}
