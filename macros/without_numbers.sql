{% macro without_numbers(column) -%}
    regexp_replace(
        {{ column }}, '[+]?\d(?:[ ().-]*\d){6,}', '[number]', 'g'
    )
{%- endmacro %}
