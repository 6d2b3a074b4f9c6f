{% macro forget_unfinished_folds() -%}
    {# Watermarks of builds that failed before they had folded #}
    {%- if is_incremental() -%}
        delete from {{ this }} where not is_applied
    {%- endif -%}
{%- endmacro %}
