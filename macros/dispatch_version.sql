{% macro dispatch_version() -%}
    {#- The last migration of schema dispatch that the project needs. -#}
    {{ return(13) }}
{%- endmacro %}
