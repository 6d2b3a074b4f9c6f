{% macro living_links() -%}
    {# The query's links, each with the lead that speaks for its contact now:
       the one that was enrolled, else the oldest other one with the number,
       else none. Numbers are read only when a lead is gone. #}
    with keyed as (

        select
            *,
            {{ lead_key('lead_id') }} as enrolled_lead_key
        from links

    ),

    own as (

        select
            leads.user_id,
            leads.lead_key
        from {{ ref('stg_app__lead_fields') }} as leads
        where leads.lead_key = any(array(
            select keyed.enrolled_lead_key from keyed
        ))

    ),

    attributed as (

        select
            keyed.*,
            own.lead_key as own_lead_key
        from keyed
        left join own
            on
                keyed.user_id = own.user_id
                and keyed.enrolled_lead_key = own.lead_key

    ),

    others as (

        select distinct on (attributed.user_id, attributed.enrollment_id)
            attributed.user_id,
            attributed.enrollment_id,
            leads.lead_key
        from attributed
        inner join {{ ref('stg_app__sought_leads') }} as leads
            on
                attributed.user_id = leads.user_id
                and attributed.contact_phone = leads.contact_phone
        where attributed.own_lead_key is null
        order by
            attributed.user_id asc,
            attributed.enrollment_id asc,
            {{ older_first('leads') }}

    )

    select
        attributed.user_id,
        attributed.enrollment_id,
        attributed.target_sequence_id,
        attributed.contact_phone,
        attributed.lead_id,
        attributed.device_id,
        attributed.due_at,
        coalesce(attributed.own_lead_key, others.lead_key) as lead_key
    from attributed
    left join others
        on
            attributed.user_id = others.user_id
            and attributed.enrollment_id = others.enrollment_id
{%- endmacro %}
