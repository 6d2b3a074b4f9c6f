{% macro last_match() -%}
    {# The watermark from which leads are matched: that of this build, or else
       the one that the last build used. Null where all leads are. #}
    (
        select continued_from
        from {{ ref('lead_watermarks') }}
        order by is_applied asc
        limit 1
    )
{%- endmacro %}
