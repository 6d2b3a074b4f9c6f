{% macro after_quiet_hours(instant, zone, quiet_from, quiet_until) -%}
    {# Over midnight the quiet hours that began yesterday end today #}
    {%- set local = "(" ~ instant ~ " at time zone " ~ zone ~ ")" -%}
    case
        when {{ quiet_from }} < {{ quiet_until }}
            and {{ local }}::time >= {{ quiet_from }}
            and {{ local }}::time < {{ quiet_until }}
            or {{ quiet_from }} > {{ quiet_until }}
            and {{ local }}::time < {{ quiet_until }}
            then
                ({{ local }}::date + {{ quiet_until }}) at time zone {{ zone }}
        when {{ quiet_from }} > {{ quiet_until }}
            and {{ local }}::time >= {{ quiet_from }}
            then
                ({{ local }}::date + 1 + {{ quiet_until }})
                at time zone {{ zone }}
        else {{ instant }}
    end
{%- endmacro %}
