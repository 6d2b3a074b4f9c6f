{% macro content_hold(enrollment_id, sequence_stepid) -%}
    {# Whether a text comes out empty depends on the contact; only one that is
       nothing but braces at both ends can, and is rendered to be told; not
       where it is longer than a message, for that takes long. #}
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
        when
            message_type = 'text'
            and length(message_text) <= 4096
            and message_text ~ '^\s*\{'
            and message_text ~ '\}\s*$'
            and {{ rendered(enrollment_id, sequence_stepid) }} !~ '\S'
            then 'content_missing'
    end
{%- endmacro %}
