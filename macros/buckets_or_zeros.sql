{% macro buckets_or_zeros(alias) -%}
    {%- for bucket in [
        'should', 'done', 'failed', 'remaining', 'cancelled', 'skipped'
    ] -%}
        coalesce({{ alias }}.{{ bucket }}, 0) as {{ bucket }}
        {%- if not loop.last %},
    {% endif %}
    {%- endfor %}
{%- endmacro %}
