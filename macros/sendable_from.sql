{% macro sendable_from(
    instant, zone, quiet_from, quiet_until, skip_weekends
) -%}
    {# Quiet hours may end on a Saturday and a weekend in quiet hours, so each
       is asked twice; then nothing is left to move. By each offset the planner
       keeps a question by itself: put into one another, they are thousands. #}
    {%- set quiet -%}
        {{ after_quiet_hours('moved.at', zone, quiet_from, quiet_until) }}
    {%- endset -%}
    {%- set weekend -%}
        {{ after_weekend('moved.at', zone, skip_weekends) }}
    {%- endset -%}
    case
        when {{ quiet_from }} is null and not {{ skip_weekends }}
            then {{ instant }}
        else (
            select {{ quiet }}
            from (
                select {{ weekend }} as at
                from (
                    select {{ quiet }} as at
                    from (
                        select {{ weekend }} as at
                        from (select {{ instant }} as at) as moved
                        offset 0
                    ) as moved
                    offset 0
                ) as moved
                offset 0
            ) as moved
        )
    end
{%- endmacro %}
