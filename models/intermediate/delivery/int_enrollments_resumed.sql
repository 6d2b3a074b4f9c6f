with last_fold as (

    select * from {{ ref('int_folds_latest') }}

),

resumptions as (

    select requests.request_id
    from last_fold
    inner join {{ ref('stg_dispatch__operator_requests') }} as requests
        on {{ written_since('requests', 'last_fold.watermark') }}
    where requests.request_kind = 'resume'

),

skipping as (

    select distinct
        user_id,
        sequence_id
    from {{ ref('sequence_definitions') }}
    where on_late = 'skip'

),

-- A pause of everything makes steps late; only who skips them wants to know
resumed as (

    select
        enrollments.user_id,
        enrollments.enrollment_id
    from skipping
    inner join {{ ref('sequence_enrollments') }} as enrollments
        on
            skipping.user_id = enrollments.user_id
            and skipping.sequence_id = enrollments.sequence_id
    where exists (select 1 from resumptions)

)

select * from resumed
