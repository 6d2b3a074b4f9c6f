{% macro missing_fields(step) -%}
    {# Which placeholders hold the step, in words. #}
    array_to_string(
        array(
            select missing.field
            from unnest({{ step }}.placeholders) as missing (field)
            where
                {{ step }}.hold_reason = 'unresolved_placeholder'
                and not {{ step }}.contact_fields ? missing.field
            order by missing.field
        ), ', '
    )
{%- endmacro %}
