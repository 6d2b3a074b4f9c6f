{% macro exits_sequence_archived() -%}
    {# The CRM put the sequence away. #}
    select
        enrollments.*,
        'sequence_archived' as reason
    from open_enrollments as enrollments
    inner join {{ ref('stg_app__sequences') }} as sequences
        on
            enrollments.user_id = sequences.user_id
            and enrollments.sequence_id = sequences.sequence_id
    where sequences.sequence_status = 'archived'
{%- endmacro %}
