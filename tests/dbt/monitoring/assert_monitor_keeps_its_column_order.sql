-- The first ten columns of the monitor are those the user asked for, in that
-- order: spreadsheets count columns.
with asked_for as (

    select *
    from unnest(array[
        'sequence_name', 'contact_phone', 'current_step', 'step_status',
        'message_status', 'next_trigger_time', 'completed_at', 'sent_at',
        'error_message', 'current_state'
    ]) with ordinality as asked (column_name, position)

),

actual as (

    select
        attname::text as column_name,
        attnum as position
    from pg_attribute
    where
        attrelid = '{{ ref("sequence_progress_monitor") }}'::regclass
        and attnum between 1 and 10

),

misplaced as (

    select
        asked_for.position,
        asked_for.column_name as asked_for_name,
        actual.column_name as actual_name
    from asked_for
    left join actual on asked_for.position = actual.position
    where asked_for.column_name is distinct from actual.column_name

)

select * from misplaced
