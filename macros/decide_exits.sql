{% macro decide_exits() -%}
    {# Who leaves for what a person or the CRM did, for the first of these
       reasons. Who opted out or replied as well is left to the state machine,
       which decides those: they win over all but a void. It also fills in
       the definition, which is not known here. #}
    select distinct on (leaving.user_id, leaving.enrollment_id)
        leaving.user_id,
        'exit' as decision,
        leaving.reason,
        leaving.sequence_id,
        case when false then leaving.definition_hash end as definition_hash,
        leaving.enrollment_id,
        leaving.contact_phone,
        leaving.lead_id,
        leaving.device_id
    from (
        {{ exits_voided() }}
        union all
        {{ exits_lead_deleted() }}
        union all
        {{ exits_sequence_archived() }}
        union all
        {{ exits_retagged() }}
    ) as leaving
    where
        leaving.reason = 'voided'
        or not (
            {{ has_opted_out('leaving') }}
            or {{ has_replied('leaving') }}
        )
    order by
        leaving.user_id asc,
        leaving.enrollment_id asc,
        array_position(
            array['voided', 'lead_deleted', 'sequence_archived', 'retagged'],
            leaving.reason
        ) asc
{%- endmacro %}
