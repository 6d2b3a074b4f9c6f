{% macro phone_key(column) -%}
    {# Separators go; anything else left that is no digit makes it invalid,
       so that 6.01E+10 does not pass as a number. #}
    substring(
        regexp_replace({{ column }}, '[\s().+/-]', '', 'g')
        from '^[1-9][0-9]{7,14}$'
    )
{%- endmacro %}
