{% macro names_no_more(enrollments) -%}
    {# No living lead of the contact names the sequence: neither the lead that
       was enrolled nor another one with the number. Asked one by one, each of
       the two is a hash join. #}
    not exists (
        select 1
        from {{ ref('int_leads_matched') }} as leads
        where
            leads.user_id = {{ enrollments }}.user_id
            and leads.sequence_id = {{ enrollments }}.sequence_id
            and leads.lead_id = {{ enrollments }}.lead_id
    )
    and not exists (
        select 1
        from {{ ref('int_leads_matched') }} as leads
        where
            leads.user_id = {{ enrollments }}.user_id
            and leads.sequence_id = {{ enrollments }}.sequence_id
            and leads.contact_phone = {{ enrollments }}.contact_phone
    )
{%- endmacro %}
