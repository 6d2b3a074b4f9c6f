with steps as (

    select * from {{ ref('int_steps_followed') }}

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
                    'select * from {{ app_schema_name() }}.sequence_steps '
                    || 'where id = %L',
                    sequence_stepid
                )
            else format(
                'select * from {{ target_schema_name() }}.sequence_contacts '
                || 'where user_id = %L and definition_hash = %L '
                || 'and status = ''active''',
                user_id, definition_hash
            )
        end as cure
    from steps

)

select * from labelled
