{% macro has_replied(enrollments) -%}
    {# Wrote to us since the enrolment, where on_reply is exit. #}
    exists (
        select 1
        from {{ ref('stg_dispatch__inbound_messages') }} as inbound
        inner join {{ ref('int_policies_followed') }} as policies
            on inbound.user_id = policies.user_id
        where
            policies.on_reply = 'exit'
            and policies.user_id = {{ enrollments }}.user_id
            and policies.sequence_id = {{ enrollments }}.sequence_id
            and policies.enrolled_hash = {{ enrollments }}.definition_hash
            and inbound.contact_phone = {{ enrollments }}.contact_phone
            and inbound.occurred_at >= {{ enrollments }}.enrolled_at
    )
{%- endmacro %}
