with enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

ended as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'ended'

),

last_reassigned as (

    select distinct on (user_id, enrollment_id)
        user_id,
        enrollment_id,
        device_id
    from {{ ref('sequence_decisions') }}
    where decision = 'reassigned'
    order by user_id asc, enrollment_id asc, decided_at desc

),

-- Who left may still wait for an outcome, so an exit does not close it
open_enrollments as (

    select
        enrolled.user_id,
        enrolled.enrollment_id,
        enrolled.sequence_id,
        enrolled.contact_phone,
        coalesce(last_reassigned.device_id, enrolled.device_id) as device_id
    from enrolled
    left join last_reassigned
        on
            enrolled.user_id = last_reassigned.user_id
            and enrolled.enrollment_id = last_reassigned.enrollment_id
    where not exists (
        select 1 from ended
        where
            ended.user_id = enrolled.user_id
            and ended.enrollment_id = enrolled.enrollment_id
    )

)

select * from open_enrollments
