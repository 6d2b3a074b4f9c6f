{{ config(
    indexes=[{'columns': ['user_id', 'enrollment_id'], 'unique': true}],
    post_hook=[
        "{{ list_fold(ref('fold_watermarks')) }}", "analyze {{ this }}"
    ]
) }}

with enrollments as (

    select
        user_id,
        enrollment_id
    from {{ ref('sequence_enrollments') }}

),

changed as (

    select * from {{ ref('int_enrollments_changed') }}

),

scheduled as (

    select
        user_id,
        enrollment_id
    from {{ ref('fold_schedule') }}
    where next_fold_at <= {{ now_utc() }}

),

resumed as (

    select * from {{ ref('int_enrollments_resumed') }}

),

last_folded as (

    {{ last_folded(this) }}

),

-- Folded and tested again, or this build would know nothing of what is wrong
unproven as (

    select * from last_folded
    where exists (select 1 from {{ ref('int_folds_unproven') }})

),

last_fold as (

    select * from {{ ref('int_folds_latest') }}

),

-- Without a fold to go on from, everything
unioned as (

    select
        *,
        'changed' as cause
    from changed
    union all
    select
        *,
        'time' as cause
    from scheduled
    union all
    select
        *,
        'resumed' as cause
    from resumed
    union all
    select
        *,
        'unproven' as cause
    from unproven
    union all
    select
        *,
        'everything' as cause
    from enrollments
    where not exists (select 1 from last_fold)

),

summarised as (

    select
        user_id,
        enrollment_id,
        min(cause) as cause
    from unioned
    group by user_id, enrollment_id

)

select * from summarised
