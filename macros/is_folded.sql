{% macro is_folded() -%}
    {# Whether a row is of an enrolment that this build folded: of a large
       table, the others are as the build before left them. #}
    (user_id, enrollment_id) in (
        select folded.user_id, folded.enrollment_id
        from {{ ref('enrollments_to_fold') }} as folded
    )
{%- endmacro %}
