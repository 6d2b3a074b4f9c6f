-- A contact is in a sequence once at a time: to come again, what came before
-- has ended. Of the enrolments that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

enrolled as (

    select enrollments.*
    from folded
    cross join
        lateral (
            select found.*
            from {{ ref('sequence_enrollments') }} as found
            where
                found.user_id = folded.user_id
                and found.enrollment_id = folded.enrollment_id
            limit 1
        ) as enrollments
    where enrollments.entry_no > 1

),

repeated as (

    select
        enrolled.user_id,
        enrolled.enrollment_id,
        earlier.enrollment_id as earlier_enrollment_id
    from enrolled
    cross join
        lateral (
            select found.*
            from {{ ref('sequence_enrollments') }} as found
            where
                found.user_id = enrolled.user_id
                and found.sequence_id = enrolled.sequence_id
                and found.contact_phone = enrolled.contact_phone
                and found.entry_no < enrolled.entry_no
            offset 0
        ) as earlier
    where
        not exists (
            select 1 from {{ ref('sequence_decisions') }} as decided
            where
                decided.user_id = earlier.user_id
                and decided.enrollment_id = earlier.enrollment_id
                and decided.decision = 'ended'
        )

)

select * from repeated
