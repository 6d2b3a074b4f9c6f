{% macro phone_key(column) -%}
    {# Separators go; anything else left that is no digit makes it invalid,
       so that 6.01E+10 does not pass as a number. Most numbers are digits
       alone; a million of them are told in a third of the time without the
       whole pattern. #}
    case
        when {{ column }} ~ '[^0-9]'
            then substring(
                regexp_replace({{ column }}, '[\s().+/-]', '', 'g')
                from '^[1-9][0-9]{7,14}$'
            )
        when length({{ column }}) between 8 and 15
            and left({{ column }}, 1) <> '0'
            then {{ column }}
    end
{%- endmacro %}
