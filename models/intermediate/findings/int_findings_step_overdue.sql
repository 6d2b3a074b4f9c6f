with steps as (

    select * from {{ ref('sequence_contacts') }}
    where
        status = 'active'
        and next_trigger_time < {{ now_utc() }}
        - make_interval(hours => {{ var('late_after_hours') }})

),

described as (

    select
        user_id,
        device_id::text as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (
            array_agg(enrollment_id::text order by next_trigger_time)
        )[1:3] as example_keys,
        format(
            '%s messages of device %s have waited for more than %s hours',
            count(*), device_id, {{ var('late_after_hours') }}
        ) as explanation,
        format(
            'select current_state, held_until, count(*) '
            || 'from {{ target_schema_name() }}.sequence_progress_monitor '
            || 'where user_id = %L and device_id = %L '
            || 'and step_status = ''active'' group by 1, 2',
            user_id, device_id
        ) as cure
    from steps
    group by user_id, device_id

)

select * from described
