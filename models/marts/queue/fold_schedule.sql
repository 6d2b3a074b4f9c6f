{{ config(
    unique_key=['user_id', 'enrollment_id'],
    indexes=[
        {'columns': ['user_id', 'enrollment_id'], 'unique': true},
        {'columns': ['next_fold_at']},
    ]
) }}

-- Filled by sequence_contacts, which is where times are decided
select
    null::uuid as user_id,
    null::uuid as enrollment_id,
    null::timestamptz as next_fold_at
where false
