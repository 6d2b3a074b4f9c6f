with resumptions as (

    select
        user_id,
        sequence_id
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

-- A pause makes steps late; only who skips them wants to know. The end of a
-- tenant's or a device's concerns all sequences of the tenant.
resumed as (

    select
        enrollments.user_id,
        enrollments.enrollment_id
    from skipping
    inner join {{ ref('sequence_enrollments') }} as enrollments
        on
            skipping.user_id = enrollments.user_id
            and skipping.sequence_id = enrollments.sequence_id
    where
        exists (
            select 1 from resumptions
            where
                skipping.user_id
                = coalesce(resumptions.user_id, skipping.user_id)
                and skipping.sequence_id
                = coalesce(resumptions.sequence_id, skipping.sequence_id)
        )

)

select * from resumed
