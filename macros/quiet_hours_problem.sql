{% macro quiet_hours_problem(quiet_from, quiet_until) %}
    {%- if quiet_from is none and quiet_until is not none -%}
        {{ return("quiet_from: is blank, expected HH:MM beside quiet_until") }}
    {%- elif quiet_until is none and quiet_from is not none -%}
        {{ return("quiet_until: is blank, expected HH:MM beside quiet_from") }}
    {%- elif quiet_until is not none and quiet_from == quiet_until -%}
        {{ return("quiet_until: '" ~ quiet_until ~ "', expected another time "
            ~ "than quiet_from") }}
    {%- endif -%}
    {{ return(none) }}
{% endmacro %}
