{% macro exits_voided() -%}
    {# A person voided the enrolment, or all of one build. #}
    select
        enrollments.*,
        'voided' as reason
    from open_enrollments as enrollments
    inner join {{ ref('stg_dispatch__operator_requests') }} as requests
        on
            enrollments.user_id = requests.user_id
            and enrollments.enrollment_id = requests.enrollment_id
    where requests.request_kind = 'void'
    union all
    select
        enrollments.*,
        'voided'
    from open_enrollments as enrollments
    inner join {{ ref('stg_dispatch__operator_requests') }} as requests
        on
            enrollments.user_id = requests.user_id
            and enrollments.enrolling_invocation_id
            = requests.enrolling_invocation_id
    where requests.request_kind = 'void'
{%- endmacro %}
