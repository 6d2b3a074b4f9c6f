with known as (

    select * from {{ ref('int_sequences_known') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

waiting as (

    select
        user_id,
        sequence_id,
        enrollment_id
    from {{ ref('sequence_contacts') }}
    where status = 'active'

),

-- One that has no steps left is another finding
gone as (

    select known.*
    from known
    left join sequences
        on
            known.user_id = sequences.user_id
            and known.sequence_id = sequences.sequence_id
    where sequences.sequence_id is null

),

described as (

    select
        gone.user_id,
        gone.sequence_id::text as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (array_agg(
            waiting.enrollment_id::text order by waiting.enrollment_id
        ))[1:3] as example_keys,
        format(
            'the CRM has %s no more, and %s contacts wait in it: restore it, '
            || 'or void them with dispatcher enrollments void',
            min(gone.sequence_name), count(*)
        ) as explanation,
        format(
            'select enrollment_id from {{ target_schema_name() }}'
            || '.sequence_contacts where user_id = %L and sequence_id = %L '
            || 'and status = ''active''',
            gone.user_id, gone.sequence_id
        ) as cure
    from gone
    inner join waiting
        on
            gone.user_id = waiting.user_id
            and gone.sequence_id = waiting.sequence_id
    group by gone.user_id, gone.sequence_id

)

select * from described
