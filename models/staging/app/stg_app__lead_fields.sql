with leads as (

    select * from {{ source('app', 'leads') }}

),

-- Apart from stg_app__leads, so that only those who are enrolled pay for it
described as (

    select
        leads.user_id,
        leads.id::text as lead_id,
        coalesce(
            (
                select
                    jsonb_object_agg(
                        lower(pairs.field_name), trim(pairs.field_text)
                    )
                from
                    jsonb_each_text(to_jsonb(leads.*))
                        as pairs (field_name, field_text)
                where trim(pairs.field_text) <> ''
            ),
            '{}'
        ) as contact_fields
    from leads

)

select * from described
