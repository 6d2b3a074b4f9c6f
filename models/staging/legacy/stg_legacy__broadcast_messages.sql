with broadcast_messages as (

    {% if var('legacy_schema', none) -%}
        select * from {{ source('legacy', 'broadcast_messages') }}
    {%- else -%}
        select
            null::uuid as id,
            null::uuid as user_id,
            null::uuid as sequence_id,
            null::uuid as sequence_stepid,
            null::uuid as device_id,
            null::text as status,
            null::text as error_message
        where false
    {%- endif %}

),

renamed as (

    select
        user_id,
        id as message_id,
        sequence_id,
        sequence_stepid,
        device_id,
        -- A message marked sent that carries an error was not sent
        status = 'sent' and coalesce(error_message, '') = '' as is_sent,
        status = 'failed'
        or (status = 'sent' and coalesce(error_message, '') <> '') as is_failed
    from broadcast_messages

)

select * from renamed
