{% macro decide_untagged() -%}
    {# Where a sequence may be entered again: the tag was gone after an
       enrolment ended, so that one set later is a new wish. #}
    select
        enrolled.user_id,
        'untagged' as decision,
        null as reason,
        enrolled.sequence_id,
        null as definition_hash,
        enrolled.enrollment_id,
        enrolled.contact_phone,
        enrolled.lead_id,
        null as device_id
    from {{ recorded_decisions() }} as enrolled
    inner join {{ recorded_decisions() }} as ended
        on
            enrolled.user_id = ended.user_id
            and enrolled.enrollment_id = ended.enrollment_id
    inner join {{ ref('int_sequence_policies') }} as policies
        on
            enrolled.user_id = policies.user_id
            and enrolled.sequence_id = policies.sequence_id
    where
        enrolled.decision = 'enrolled'
        and ended.decision = 'ended'
        and policies.reentry_after_days is not null
        and not exists (
            select 1
            from {{ recorded_decisions() }} as untagged
            where
                untagged.user_id = enrolled.user_id
                and untagged.enrollment_id = enrolled.enrollment_id
                and untagged.decision = 'untagged'
        )
        and {{ names_no_more('enrolled') }}
{%- endmacro %}
