{% macro trigger_tokens(column) -%}
    {# What a lead's trigger names, each as trigger_token() writes it, and empty
       texts. Most are plain small letters, which are told in no time. #}
    {%- set blank = " \\t\\r\\n" -%}
    case
        when {{ column }} ~ '[^!-@\[-~]' then string_to_array(
            lower(btrim(
                regexp_replace(
                    {{ column }}, '[{{ blank }}]*,[{{ blank }}]*', ',', 'g'
                ),
                e'{{ blank }}'
            )),
            ','
        )
        else string_to_array({{ column }}, ',')
    end
{%- endmacro %}
