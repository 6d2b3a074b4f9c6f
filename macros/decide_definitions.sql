{% macro decide_definitions() -%}
    {# When a sequence took on another definition, and which: one that is on
       record. What the CRM edited since then is for the next build, or it would
       take effect when that records it, and fold nobody. #}
    select
        steps.user_id,
        'defined' as decision,
        null as reason,
        steps.sequence_id,
        steps.definition_hash,
        null as enrollment_id,
        null as contact_phone,
        null as lead_id,
        null as device_id
    from {{ ref('int_sequence_steps_ordered') }} as steps
    left join (
        select distinct on (user_id, sequence_id)
            user_id,
            sequence_id,
            definition_hash
        from {{ recorded_decisions() }} as recorded
        where decision = 'defined'
        order by user_id asc, sequence_id asc, decided_at desc
    ) as last_defined
        on
            steps.user_id = last_defined.user_id
            and steps.sequence_id = last_defined.sequence_id
    where
        steps.step_position = 1
        and steps.definition_hash
        is distinct from last_defined.definition_hash
        and exists (
            select 1
            from {{ ref('sequence_definitions') }} as recorded
            where
                recorded.user_id = steps.user_id
                and recorded.definition_hash = steps.definition_hash
        )
{%- endmacro %}
