{% macro ignored_clock_time(first, second) -%}
    {# Of two columns for one time of day, of which the first counts. #}
    case
        when trim({{ first }}) <> '' and {{ clock_time(first) }} is null
            then {{ first }}
        when trim({{ second }}) <> '' and {{ clock_time(second) }} is null
            then {{ second }}
        when {{ clock_time(first) }} <> {{ clock_time(second) }}
            then {{ second }}
    end
{%- endmacro %}
