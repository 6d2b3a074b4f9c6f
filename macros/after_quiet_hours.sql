{% macro after_quiet_hours(instant, zone, quiet_from, quiet_until) -%}
    {# They begin by what the clock shows and last until the instant of their
       end, for a clock that changes shows it early, twice or not at all. Over
       midnight those that began yesterday end today; by day they do so where
       the clock skips the last hour of a day. #}
    {%- set local = "(" ~ instant ~ " at time zone " ~ zone ~ ")" -%}
    {%- set today = "(" ~ local ~ "::date + " ~ quiet_until ~ ")" -%}
    {%- set ends = {
        -1: "((" ~ today ~ " - interval '1 day') at time zone " ~ zone ~ ")",
        0: "(" ~ today ~ " at time zone " ~ zone ~ ")",
        1: "((" ~ today ~ " + interval '1 day') at time zone " ~ zone ~ ")",
    } -%}
    case
        when {{ quiet_from }} < {{ quiet_until }}
            and {{ instant }} < {{ ends[-1] }}
            then {{ ends[-1] }}
        when {{ quiet_from }} < {{ quiet_until }}
            and {{ local }}::time >= {{ quiet_from }}
            and {{ instant }} < {{ ends[0] }}
            then {{ ends[0] }}
        when {{ quiet_from }} > {{ quiet_until }}
            and {{ instant }} < {{ ends[0] }}
            then {{ ends[0] }}
        when {{ quiet_from }} > {{ quiet_until }}
            and {{ local }}::time >= {{ quiet_from }}
            then {{ ends[1] }}
        else {{ instant }}
    end
{%- endmacro %}
