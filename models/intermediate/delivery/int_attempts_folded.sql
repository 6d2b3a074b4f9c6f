with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

-- Looked up enrolment by enrolment: the ledger is not read as a whole
found as (

    select tried.*
    from folded
    cross join
        lateral (
            select attempts.* from attempts
            where
                attempts.user_id = folded.user_id
                and attempts.enrollment_id = folded.enrollment_id
            offset 0
        ) as tried

)

select * from found
