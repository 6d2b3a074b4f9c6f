{% macro exits_lead_deleted() -%}
    {# Neither the lead nor another one with the number lives. Numbers are read
       only when a lead is gone: reading them costs more than all else here.
       And of all who are enrolled only keys are compared. #}
    select
        gone.*,
        'lead_deleted' as reason
    from (
        with without_lead as materialized (
            select
                enrollments.user_id,
                enrollments.enrollment_id
            from open_enrollments as enrollments
            where not exists (
                select 1
                from {{ ref('stg_app__lead_ids') }} as leads
                where
                    leads.user_id = enrollments.user_id
                    and leads.lead_id = enrollments.lead_id
            )
        )

        select enrollments.*
        from open_enrollments as enrollments
        inner join without_lead
            on
                enrollments.user_id = without_lead.user_id
                and enrollments.enrollment_id = without_lead.enrollment_id
    ) as gone
    where not exists (
        select 1
        from {{ ref('stg_app__leads') }} as leads
        where
            leads.user_id = gone.user_id
            and leads.contact_phone = gone.contact_phone
    )
{%- endmacro %}
