{% macro exits_retagged() -%}
    {# Where on_retag is exit, who came by a tag leaves without it. #}
    select
        enrollments.*,
        'retagged' as reason
    from open_enrollments as enrollments
    inner join {{ ref('int_sequence_policies') }} as policies
        on
            enrollments.user_id = policies.user_id
            and enrollments.sequence_id = policies.sequence_id
    where
        policies.on_retag = 'exit'
        and enrollments.source = 'trigger'
        and {{ names_no_more('enrollments') }}
{%- endmacro %}
