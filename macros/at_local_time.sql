{% macro at_local_time(instant, local_time, zone, skip_weekends) -%}
    {# Postgres reads a local time that a clock change skips as one hour
       later, and one that it repeats as the second. From a Friday, Monday is
       the third day on. Of the day before, a time that was skipped just before
       midnight may be to come. #}
    case
        when {{ local_time }} is null then {{ instant }}
        else (
            select min(shown.shown_at)
            from (
                select
                    local_day + {{ local_time }} as local_clock,
                    (local_day + {{ local_time }})
                    at time zone {{ zone }} as shown_at
                from (
                    select
                        ({{ instant }} at time zone {{ zone }})::date
                        + day_no as local_day
                    from generate_series(-1, 3) as day_no
                ) as days
            ) as shown
            where
                shown.shown_at >= {{ instant }}
                and not (
                    {{ skip_weekends }}
                    and extract(isodow from shown.local_clock) >= 6
                )
        )
    end
{%- endmacro %}
