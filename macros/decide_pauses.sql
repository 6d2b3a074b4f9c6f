{% macro decide_pauses() -%}
    {# A sequence stands still while the CRM has it inactive, broken, without a
       step, or no more. Only a change is recorded. #}
    select
        halted.user_id,
        case
            when halted.pause_reason is null then 'resumed' else 'paused'
        end as decision,
        halted.pause_reason as reason,
        halted.sequence_id,
        null as definition_hash,
        null as enrollment_id,
        null as contact_phone,
        null as lead_id,
        null as device_id
    from (
        select
            user_id,
            sequence_id,
            pause_reason
        from {{ ref('int_sequences_halted') }}
        union all
        select
            decided.user_id,
            decided.sequence_id,
            'sequence_missing'
        from ({{ decided_sequences() }}) as decided
        where not exists (
            select 1
            from {{ ref('int_sequences_halted') }} as known
            where
                known.user_id = decided.user_id
                and known.sequence_id = decided.sequence_id
        )
    ) as halted
    left join (
        select distinct on (user_id, sequence_id)
            user_id,
            sequence_id,
            reason
        from {{ recorded_decisions() }} as recorded
        where decision in ('paused', 'resumed')
        order by user_id asc, sequence_id asc, decided_at desc
    ) as last_switched
        on
            halted.user_id = last_switched.user_id
            and halted.sequence_id = last_switched.sequence_id
    where halted.pause_reason is distinct from last_switched.reason
{%- endmacro %}
