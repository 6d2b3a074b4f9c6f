{% macro delay_problem(default_hours, longest_hours) %}
    {%- if 0 < longest_hours | int(0) < default_hours | int(0) -%}
        {{ return("default_delay_hours: '" ~ default_hours ~ "', expected at "
            ~ "most longest_delay_hours, " ~ longest_hours) }}
    {%- endif -%}
    {{ return(none) }}
{% endmacro %}
