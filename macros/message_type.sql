{% macro message_type(declared, media_url) -%}
    {# `text` is the CRM's default, so beside a medium it says nothing: there
       the ending of the file does, before any query or fragment. #}
    {%- set file -%}
        regexp_replace(lower({{ media_url }}), '\s*([?#].*)?$', '')
    {%- endset -%}
    case
        when lower(trim({{ declared }})) not in ('', 'text')
            then lower(trim({{ declared }}))
        when coalesce(trim({{ media_url }}), '') = '' then 'text'
        when {{ file }} ~ '\.(jpe?g|png|webp|gif)$' then 'image'
        when {{ file }} ~ '\.(mp4|mov|3gp)$' then 'video'
        when {{ file }} ~ '\.(mp3|m4a|aac|ogg|opus|amr|wav)$' then 'audio'
        when {{ file }} ~ '\.(pdf|(doc|xls|ppt)x?|csv|txt|zip)$' then 'document'
        else 'unknown'
    end
{%- endmacro %}
