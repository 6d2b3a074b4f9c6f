{% macro misconfiguration() -%}
    case
        when is_chained and reached_count = 0 then 'entry_point_missing'
        when
            is_chained
            and is_entry_point
            and coalesce(chain_position, 0) <> 1
            then 'entry_point_repeated'
        when named_count > 1 then 'next_trigger_ambiguous'
        when
            next_trigger_token is not null
            and named_count = 0
            and target_sequence_id is null
            then 'next_trigger_unknown'
        when closes_circle then 'chain_cycle'
        when is_chained and chain_position is null then 'step_unreachable'
    end
{%- endmacro %}
