{% macro forget_unapplied() -%}
    {# Watermarks of builds that failed before they had used them. #}
    {%- if is_incremental() -%}
        delete from {{ this }} where not is_applied
    {%- endif -%}
{%- endmacro %}
