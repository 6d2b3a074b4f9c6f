{%- set longest = var('longest_delay_hours') -%}

with sequence_steps as (

    select * from {{ source('app', 'sequence_steps') }}

),

renamed as (

    select
        sequence_id,
        id as sequence_stepid,
        {{ as_integer('day_number') }} as day_number,
        {{ trigger_token('trigger') }} as trigger_token,
        {{ trigger_token('next_trigger') }} as next_trigger_token,
        coalesce(is_entry_point, false) as is_entry_point,
        -- Null and negative are no delay anybody meant; of the longest ones no
        -- time could be told
        case
            when trigger_delay_hours >= 0
                then least(trigger_delay_hours, {{ longest }})
            else {{ var('default_delay_hours') }}
        end::integer as delay_hours,
        coalesce(trigger_delay_hours not between 0 and {{ longest }}, false)
            as is_delay_unusable,
        {{ message_type('message_type', 'media_url') }} as message_type,
        -- Blanks are no text
        case when content ~ '\S' then content end as content,
        nullif(trim(media_url), '') as media_url,
        case when caption ~ '\S' then caption end as caption,
        {{ as_integer('min_delay_seconds') }} as min_gap_seconds,
        {{ as_integer('max_delay_seconds') }} as max_gap_seconds,
        coalesce(
            {{ clock_time('time_schedule') }}, {{ clock_time('send_time') }}
        ) as send_time,
        {{ ignored_clock_time('time_schedule', 'send_time') }}
            as ignored_send_time,
        dispatch.step_fingerprint(to_jsonb(sequence_steps)) as source_hash
    from sequence_steps

)

select * from renamed
