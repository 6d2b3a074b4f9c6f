{% macro await_links() -%}
    {# In the transaction of sequence_contacts: who is through waits for the
       next sequence from now on, unless it is there already. #}
    insert into {{ ref('enrollment_links') }} (
        user_id, enrollment_id, target_sequence_id, contact_phone, lead_id,
        device_id, due_at
    )
    select
        decided.user_id,
        decided.enrollment_id,
        decided.target_sequence_id,
        decided.contact_phone,
        decided.lead_id,
        decided.device_id,
        decided.due_at
    from {{ ref('sequence_decisions') }} as decided
    where
        decided.row_xid = pg_current_xact_id()
        and decided.decision = 'link'
        and not exists (
            select 1 from {{ ref('sequence_decisions') }} as enrolled
            where
                enrolled.decision = 'enrolled'
                and enrolled.user_id = decided.user_id
                and enrolled.sequence_id = decided.target_sequence_id
                and enrolled.contact_phone = decided.contact_phone
        )
    on conflict (user_id, enrollment_id) do nothing
{%- endmacro %}
