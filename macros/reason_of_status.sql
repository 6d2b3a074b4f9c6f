{% macro reason_of_status(step) -%}
    case
        when preference = 1 then status_reason
        when exists (
            select 1
            from {{ ref('sequence_definitions') }} as definitions
            where
                definitions.user_id = {{ step }}.user_id
                and definitions.definition_hash = {{ step }}.current_hash
                and definitions.sequence_stepid = {{ step }}.sequence_stepid
        ) then 'step_passed'
        else 'step_removed'
    end
{%- endmacro %}
