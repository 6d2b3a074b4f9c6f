{%- set sendable_at = sendable_from(
    'moments.moment', 'due.time_zone', 'due.quiet_from', 'due.quiet_until',
    'due.skip_weekends'
) -%}

with due as (

    select * from {{ ref('int_steps_due') }}

),

sequence_pauses as (

    select * from {{ ref('int_sequences_pauses') }}

),

device_pauses as (

    select * from {{ ref('int_devices_pauses') }}

),

paused as (

    select
        due.*,
        due.chain_no = due.open_no
        and due.resolution in ('none', 'released')
        and not due.is_ended
        and due.exit_reason is null
        and due.stop_no is null as is_next_untried,
        coalesce(sequence_pauses.paused_during, '{}')
        + coalesce(device_pauses.paused_during, '{}') as paused_during
    from due
    left join sequence_pauses
        on
            due.user_id = sequence_pauses.user_id
            and due.sequence_id = sequence_pauses.sequence_id
    left join device_pauses
        on
            due.user_id = device_pauses.user_id
            and due.device_id = device_pauses.device_id

),

-- The first instant at which a step never attempted could go: its due time or
-- the end of a pause, out of quiet hours and weekends, in no pause. Asked
-- only where somebody minds.
sendable as (

    select
        due.*,
        awake.first_sendable_at
    from paused as due
    cross join lateral (
        select min(moved.sendable_at) as first_sendable_at
        from (
            select {{ sendable_at }} as sendable_at
            from (
                select due.due_at as moment
                union all
                select upper(pause) as moment
                from unnest(due.paused_during) as pause
                where upper(pause) > due.due_at
            ) as moments
        ) as moved
        where
            due.on_late = 'skip'
            and due.is_next_untried
            and not due.paused_during @> moved.sendable_at
    ) as awake

)

select * from sendable
