{% macro message_text(message_type, content, caption) -%}
    {# A caption goes with a medium; a recording is sent without a word #}
    case {{ message_type }}
        when 'text' then {{ content }}
        when 'audio' then null
        else coalesce({{ caption }}, {{ content }})
    end
{%- endmacro %}
