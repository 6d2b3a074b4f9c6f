{% macro list_fold(watermarks) -%}
    {# Only a list that was made for it may move the watermark on. #}
    update {{ watermarks }} as watermarks set is_listed = true
    where watermarks.invocation_id = '{{ invocation_id }}'
{%- endmacro %}
