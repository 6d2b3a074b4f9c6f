-- Nobody is enrolled with a lead, a sequence or a device of another tenant. Of
-- the enrolments since the last build that passed: what the CRM moves to
-- another tenant later is no breach of ours, and the claim takes a device and a
-- sequence of the message's own tenant alone. Nor of who has left, to whom
-- nothing is sent: voiding them is the cure.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

exits as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'exit'

),

leads as (

    select * from {{ ref('stg_app__lead_ids') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

runs as (

    select * from {{ ref('stg_dispatch__pipeline_runs') }}
    where writes_queue

),

new_enrollments as (

    select enrollments.*
    from folded
    inner join enrollments
        on
            folded.user_id = enrollments.user_id
            and folded.enrollment_id = enrollments.enrollment_id
    where
        not exists (
            select 1
            from runs as enrolling
            inner join runs as later
                on
                    enrolling.target_schema = later.target_schema
                    and enrolling.run_no <= later.run_no
            where
                enrolling.invocation_id = enrollments.invocation_id
                and later.run_status = 'passed'
        )
        and not exists (
            select 1 from exits
            where
                exits.user_id = enrollments.user_id
                and exits.enrollment_id = enrollments.enrollment_id
        )

),

strangers as (

    select
        new_enrollments.user_id,
        new_enrollments.enrollment_id,
        leads.user_id as lead_user_id,
        sequences.user_id as sequence_user_id,
        devices.user_id as device_user_id
    from new_enrollments
    left join leads on new_enrollments.lead_id = leads.lead_id
    left join sequences
        on new_enrollments.sequence_id = sequences.sequence_id
    left join devices on new_enrollments.device_id = devices.device_id
    where
        new_enrollments.user_id <> leads.user_id
        or new_enrollments.user_id <> sequences.user_id
        or new_enrollments.user_id <> devices.user_id

)

select * from strangers
