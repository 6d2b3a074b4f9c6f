{% macro unusable_clock_time(column) -%}
    case
        when trim({{ column }}) <> '' and {{ clock_time(column) }} is null
            then {{ column }}
    end
{%- endmacro %}
