-- An open step goes to the number, for the sequence and from the device of its
-- enrolment, or from the device that a person gave it since. Of the enrolments
-- that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

steps as (

    select * from {{ ref('sequence_contacts') }}
    where status in ('pending', 'active', 'sent')

),

enrolled as (

    select
        folded.user_id,
        folded.enrollment_id,
        enrollments.sequence_id,
        enrollments.contact_phone,
        coalesce(reassigned.device_id, enrollments.device_id) as device_id
    from folded
    left join lateral (
        select found.*
        from {{ ref('sequence_enrollments') }} as found
        where
            found.user_id = folded.user_id
            and found.enrollment_id = folded.enrollment_id
        limit 1
    ) as enrollments on true
    left join lateral (
        select decided.device_id
        from {{ ref('sequence_decisions') }} as decided
        where
            decided.user_id = folded.user_id
            and decided.enrollment_id = folded.enrollment_id
            and decided.decision = 'reassigned'
        order by decided.decided_at desc
        limit 1
    ) as reassigned on true

),

strayed as (

    select
        steps.user_id,
        steps.enrollment_id,
        steps.sequence_stepid
    from enrolled
    inner join steps
        on
            enrolled.user_id = steps.user_id
            and enrolled.enrollment_id = steps.enrollment_id
    where
        steps.sequence_id is distinct from enrolled.sequence_id
        or steps.contact_phone is distinct from enrolled.contact_phone
        or steps.device_id is distinct from enrolled.device_id

)

select * from strayed
