{% macro at_local_time(instant, local_time, zone) -%}
    {# Postgres reads a local time that a clock change skips as one hour
       later, and one that it repeats as the second. #}
    case
        when {{ local_time }} is null then {{ instant }}
        when
            (
                ({{ instant }} at time zone {{ zone }})::date + {{ local_time }}
            ) at time zone {{ zone }} >= {{ instant }}
            then
                (
                    ({{ instant }} at time zone {{ zone }})::date
                    + {{ local_time }}
                ) at time zone {{ zone }}
        else
            (
                ({{ instant }} at time zone {{ zone }})::date + 1
                + {{ local_time }}
            ) at time zone {{ zone }}
    end
{%- endmacro %}
