with attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}
    where fault_class = 'CONTENT_INVALID'

),

faults as (

    select * from {{ ref('stg_dispatch__content_faults') }}

),

steps as (

    select * from {{ ref('int_steps_labelled') }}

),

-- An edit gives the step a new hash and takes the finding away; so does a
-- person who has it tried again
described as (

    select
        attempts.user_id,
        steps.subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (
            array_agg(attempts.message_id::text order by attempts.claimed_at)
        )[1:3] as example_keys,
        format(
            'the gateway refuses the content of %s, which holds it for '
            || 'everyone: %s',
            min(steps.step_label),
            {{ without_numbers('min(attempts.error_message)') }}
        ) as explanation,
        min(steps.cure) as cure
    from attempts
    inner join faults
        on
            attempts.user_id = faults.user_id
            and attempts.sequence_stepid = faults.sequence_stepid
            and attempts.definition_hash = faults.definition_hash
    inner join steps
        on
            attempts.user_id = steps.user_id
            and attempts.sequence_stepid = steps.sequence_stepid
            and attempts.definition_hash = steps.definition_hash
    group by attempts.user_id, steps.subject_id

)

select * from described
