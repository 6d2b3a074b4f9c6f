{% macro get_incremental_rematch_sql(arg_dict) -%}
    {#- What is wished for takes the place of what the same leads wished for
        before. A row without a sequence says that its lead was matched. -#}
    {%- set wished = arg_dict["temp_relation"] -%}
    {%- set kept -%}
        exists (
            select 1 from {{ wished }} as wished
            where
                wished.user_id = wishes.user_id
                and wished.lead_key = wishes.lead_key
                and wished.sequence_id = wishes.sequence_id
        )
    {%- endset -%}
    delete from {{ arg_dict["target_relation"] }} as wishes
    where {{ last_match() }} is null and not {{ kept }};
    delete from {{ arg_dict["target_relation"] }} as wishes
    using {{ wished }} as matched
    where
        matched.sequence_id is null
        and wishes.lead_key = matched.lead_key
        and not {{ kept }};
    delete from {{ wished }} where sequence_id is null;
    {{ get_incremental_upsert_sql(arg_dict) }}
{%- endmacro %}
