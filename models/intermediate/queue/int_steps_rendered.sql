with definitions as (

    select * from {{ ref('sequence_definitions') }}

),

enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}
    where status in ('pending', 'active', 'sent')

),

-- The text sent is the text stored is the text here
rendered as (

    select
        steps.*,
        definitions.sequence_name,
        definitions.message_type,
        definitions.media_url,
        definitions.min_gap_seconds,
        definitions.max_gap_seconds,
        replace(
            coalesce(
                case
                    when definitions.message_type <> 'text'
                        then definitions.caption
                end,
                definitions.content,
                ''
            ),
            '{name}',
            coalesce(nullif(enrollments.contact_name, ''), '{name}')
        ) as content
    from steps
    inner join definitions
        on
            steps.user_id = definitions.user_id
            and steps.definition_hash = definitions.definition_hash
            and steps.sequence_stepid = definitions.sequence_stepid
    inner join enrollments
        on
            steps.user_id = enrollments.user_id
            and steps.enrollment_id = enrollments.enrollment_id

)

select * from rendered
