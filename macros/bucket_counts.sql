{% macro bucket_counts() -%}
    count(*) as should,
    count(*) filter (where bucket = 'done') as done,
    count(*) filter (where bucket = 'failed') as failed,
    count(*) filter (where bucket = 'remaining') as remaining,
    count(*) filter (where bucket = 'cancelled') as cancelled,
    count(*) filter (where bucket = 'skipped') as skipped
{%- endmacro %}
