{% macro decide_reassignments() -%}
    {# Only what leads elsewhere than the last time is recorded. #}
    select
        moved.user_id,
        'reassigned' as decision,
        moved.reason,
        moved.sequence_id,
        null as definition_hash,
        moved.enrollment_id,
        moved.contact_phone,
        moved.lead_id,
        moved.device_id
    from ({{ replay_reassignments() }}) as moved
    left join lateral (
        select recorded.device_id
        from {{ recorded_decisions() }} as recorded
        where
            recorded.user_id = moved.user_id
            and recorded.enrollment_id = moved.enrollment_id
            and recorded.decision in ('enrolled', 'reassigned')
        order by
            recorded.decided_at desc, recorded.decision = 'reassigned' desc
        limit 1
    ) as last_recorded on true
    where moved.device_id <> last_recorded.device_id
{%- endmacro %}
