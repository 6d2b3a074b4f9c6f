{% macro exits_retagged() -%}
    {# Where on_retag is exit, who came by a tag leaves without it, unless the
       sequence is gone as a whole. #}
    select
        enrollments.*,
        'retagged' as reason
    from open_enrollments as enrollments
    inner join {{ ref('int_policies_followed') }} as policies
        on
            enrollments.user_id = policies.user_id
            and enrollments.sequence_id = policies.sequence_id
            and enrollments.definition_hash = policies.enrolled_hash
    inner join {{ ref('stg_app__sequences') }} as sequences
        on
            enrollments.user_id = sequences.user_id
            and enrollments.sequence_id = sequences.sequence_id
    where
        policies.on_retag = 'exit'
        and enrollments.source = 'trigger'
        and {{ names_no_more('enrollments') }}
{%- endmacro %}
