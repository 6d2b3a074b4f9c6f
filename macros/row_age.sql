{% macro row_age(alias) -%}
    {# How many transactions ago a row was written, to be compared with the age
       of a watermark. #}
    {{ "age(" ~ alias ~ ".xmin)" if leads_are_versioned() else 0 }}
{%- endmacro %}
