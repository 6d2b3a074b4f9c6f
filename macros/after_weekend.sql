{% macro after_weekend(instant, zone, skip_weekends) -%}
    case
        when
            {{ skip_weekends }}
            and extract(isodow from {{ instant }} at time zone {{ zone }}) >= 6
            then
                (
                    date_trunc('week', {{ instant }} at time zone {{ zone }})
                    + interval '7 days'
                ) at time zone {{ zone }}
        else {{ instant }}
    end
{%- endmacro %}
