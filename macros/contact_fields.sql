{% macro contact_fields(lead_row) -%}
    {# Every column as text by its name in lower case; blank ones are left
       out. #}
    coalesce(
        (
            select
                jsonb_object_agg(
                    lower(pairs.field_name), trim(pairs.field_text)
                )
            from
                jsonb_each_text(to_jsonb({{ lead_row }}))
                    as pairs (field_name, field_text)
            where trim(pairs.field_text) <> ''
        ),
        '{}'
    )
{%- endmacro %}
