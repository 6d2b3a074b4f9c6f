{% macro last_lead_watermark() -%}
    {#- Of the last build that matched; the first one has none before it. -#}
    {%- if is_incremental() -%}
        (select * from {{ this }} where is_applied)
    {%- else -%}
        (
            select
                null::bigint as system_identifier,
                null::uuid as matching_hash,
                null::xid8 as watermark,
                null::timestamptz as matched_all_at
            where false
        )
    {%- endif -%}
{%- endmacro %}
