{% macro folded_steps() -%}
    (
        select contact_steps.*
        from {{ ref('enrollments_to_fold') }} as to_fold
        cross join lateral (
            select *
            from {{ this }} as steps
            where
                steps.user_id = to_fold.user_id
                and steps.enrollment_id = to_fold.enrollment_id
            offset 0
        ) as contact_steps
    )
{%- endmacro %}
