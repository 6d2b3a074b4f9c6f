with definitions as (

    select * from {{ ref('sequence_definitions') }}

),

current_steps as (

    select * from {{ ref('int_sequence_steps_ordered') }}

),

followed as (

    select distinct
        user_id,
        definition_hash
    from {{ ref('sequence_contacts') }}
    where status = 'active'

),

-- Where an edit does not reach those who are in it, or broke the chain, they
-- go on with what the CRM has no more
described as (

    select
        definitions.*,
        current_steps.sequence_stepid is not null as is_current
    from definitions
    left join current_steps
        on
            definitions.user_id = current_steps.user_id
            and definitions.definition_hash = current_steps.definition_hash
            and definitions.sequence_stepid = current_steps.sequence_stepid
    left join followed
        on
            definitions.user_id = followed.user_id
            and definitions.definition_hash = followed.definition_hash
    where
        current_steps.sequence_stepid is not null
        or followed.definition_hash is not null

),

-- What is wrong with a step of the CRM is mended there; with what it was, by
-- voiding who waits for it or letting them follow
labelled as (

    select
        user_id,
        definition_hash,
        sequence_stepid,
        message_type,
        content,
        media_url,
        caption,
        placeholders,
        case
            when is_current then sequence_stepid::text
            else format('%s as in %s', sequence_stepid, definition_hash)
        end as subject_id,
        format(
            case
                when is_current then 'the step of day %s of %s'
                else
                    'the step of day %s of %s, as it was before an edit that '
                    || 'does not reach its contacts,'
            end,
            day_number, sequence_name
        ) as step_label,
        case
            when is_current
                then format(
                    'select * from {{ var("app_schema") }}.sequence_steps '
                    || 'where id = %L',
                    sequence_stepid
                )
            else format(
                'select * from {{ target.schema }}.sequence_contacts '
                || 'where user_id = %L and definition_hash = %L '
                || 'and status = ''active''',
                user_id, definition_hash
            )
        end as cure
    from described

)

select * from labelled
