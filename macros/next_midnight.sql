{% macro next_midnight(midnight, zone) -%}
    {# A local day is 23 to 25 hours long #}
    (({{ midnight }} at time zone {{ zone }}) + interval '1 day')
    at time zone {{ zone }}
{%- endmacro %}
