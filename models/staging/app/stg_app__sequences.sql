with sequences as (

    select * from {{ source('app', 'sequences') }}

),

renamed as (

    select
        user_id,
        id as sequence_id,
        name::text as sequence_name,
        {{ trigger_token('trigger') }} as trigger_token,
        lower(trim(coalesce(status, 'active'))) as sequence_status,
        coalesce(is_active, true) as is_flagged_active,
        coalesce(skip_weekends, false) as skip_weekends,
        coalesce(
            {{ clock_time('time_schedule') }}, {{ clock_time('schedule_time') }}
        ) as send_time,
        {{ ignored_clock_time('time_schedule', 'schedule_time') }}
            as ignored_send_time,
        {{ as_integer('min_delay_seconds') }} as min_gap_seconds,
        {{ as_integer('max_delay_seconds') }} as max_gap_seconds
    from sequences

),

judged as (

    select
        *,
        is_flagged_active and sequence_status = 'active' as is_active
    from renamed

)

select * from judged
