{% macro exits_lead_deleted() -%}
    {# Neither the lead nor another one with the number lives. Numbers are read
       only when a lead is gone. #}
    select
        enrollments.*,
        'lead_deleted' as reason
    from open_enrollments as enrollments
    where
        not exists (
            select 1
            from {{ ref('stg_app__lead_ids') }} as leads
            where
                leads.user_id = enrollments.user_id
                and leads.lead_id = enrollments.lead_id
        )
        and not exists (
            select 1
            from {{ ref('stg_app__leads') }} as leads
            where
                leads.user_id = enrollments.user_id
                and leads.contact_phone = enrollments.contact_phone
        )
{%- endmacro %}
