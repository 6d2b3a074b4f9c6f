{% macro forget_wishes() -%}
    {# Of the leads that are matched anew. #}
    {%- if is_incremental() -%}
        delete from {{ this }} as wishes
        where
            exists (
                select 1 from {{ ref('leads_to_match') }}
                where cause = 'everything'
            )
            or lead_key in (
                select lead_key from {{ ref('leads_to_match') }}
                where cause = 'changed'
            )
    {%- endif -%}
{%- endmacro %}
