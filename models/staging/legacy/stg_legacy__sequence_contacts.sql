with sequence_contacts as (

    {% if var('legacy_schema', none) -%}
        select * from {{ source('legacy', 'sequence_contacts') }}
    {%- else -%}
        select
            null::uuid as user_id,
            null::uuid as sequence_id,
            null::text as contact_phone,
            null::text as status,
            null::timestamp as next_trigger_time
        where false
    {%- endif %}

),

renamed as (

    select
        user_id,
        sequence_id,
        {{ phone_key('contact_phone') }} as contact_phone,
        status as step_status,
        next_trigger_time at time zone 'UTC' as next_trigger_time
    from sequence_contacts

)

select * from renamed
