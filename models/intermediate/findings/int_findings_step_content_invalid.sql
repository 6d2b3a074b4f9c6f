with attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}
    where fault_class = 'CONTENT_INVALID'

),

faults as (

    select * from {{ ref('stg_dispatch__content_faults') }}

),

current_steps as (

    select * from {{ ref('int_sequence_steps_ordered') }}

),

-- An edit gives the step a new hash and takes the finding away; so does a
-- person who has it tried again
described as (

    select
        attempts.user_id,
        attempts.sequence_stepid::text as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (
            array_agg(attempts.message_id::text order by attempts.claimed_at)
        )[1:3] as example_keys,
        format(
            'the gateway refuses the content of a step of %s, which holds it '
            || 'for everyone until it is edited: %s',
            min(current_steps.sequence_name),
            {{ without_numbers('min(attempts.error_message)') }}
        ) as explanation,
        format(
            'select * from {{ var("app_schema") }}.sequence_steps '
            || 'where id = %L',
            attempts.sequence_stepid
        ) as cure
    from attempts
    inner join faults
        on
            attempts.user_id = faults.user_id
            and attempts.sequence_stepid = faults.sequence_stepid
            and attempts.definition_hash = faults.definition_hash
    inner join current_steps
        on
            attempts.user_id = current_steps.user_id
            and attempts.sequence_stepid = current_steps.sequence_stepid
            and attempts.definition_hash = current_steps.definition_hash
    group by attempts.user_id, attempts.sequence_stepid

)

select * from described
