{% macro content_hold() -%}
    case
        when
            message_type
            not in ('text', 'image', 'video', 'document', 'audio')
            then 'message_type_unknown'
        when message_type <> 'text' and media_url is null
            then 'media_missing'
        when message_type = 'text' and coalesce(message_text, '') !~ '\S'
            then 'content_missing'
        when not coalesce(contact_fields ?& placeholders, false)
            then 'unresolved_placeholder'
    end
{%- endmacro %}
