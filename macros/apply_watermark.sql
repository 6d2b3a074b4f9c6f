{% macro apply_watermark(watermarks, condition='true') -%}
    {# From here the next build goes on. Nothing, when this build took no
       watermark. #}
    update {{ watermarks }} as watermarks
    set is_applied = (watermarks.invocation_id = '{{ invocation_id }}')
    where exists (
        select 1 from {{ watermarks }} as taken
        where taken.invocation_id = '{{ invocation_id }}' and {{ condition }}
    )
{%- endmacro %}
