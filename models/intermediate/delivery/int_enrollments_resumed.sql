with resumptions as (

    select request_id
    from {{ written_since_last_fold('stg_dispatch__operator_requests') }}
    where request_kind = 'resume'

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
