{% macro get_incremental_rematch_sql(arg_dict) -%}
    {#- What is wished for takes the place of what the same leads wished for
        before; a row without a sequence says that its lead was matched. A wish
        that stays as it was is not touched, not even locked. -#}
    {%- set wishes = arg_dict["target_relation"] -%}
    {%- set wished = arg_dict["temp_relation"] -%}
    {%- set columns = arg_dict["dest_columns"] | map(attribute="quoted")
        | join(", ") -%}
    {%- set gone -%}
        not exists (
            select 1 from {{ wished }} as wished
            where
                wished.user_id = wishes.user_id
                and wished.lead_key = wishes.lead_key
                and wished.sequence_id = wishes.sequence_id
                and wished.contact_phone is not distinct from wishes.contact_phone
        )
    {%- endset -%}
    delete from {{ wishes }} as wishes
    where {{ last_match() }} is null and {{ gone }};
    delete from {{ wishes }} as wishes
    where
        wishes.lead_key = any(array(
            select matched.lead_key from {{ wished }} as matched
            where matched.sequence_id is null
        ))
        and {{ gone }};
    insert into {{ wishes }} ({{ columns }})
    select {{ columns }} from {{ wished }}
    where sequence_id is not null
    on conflict do nothing
{%- endmacro %}
