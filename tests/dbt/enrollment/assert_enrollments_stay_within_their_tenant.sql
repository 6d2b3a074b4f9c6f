-- No enrolment that goes on has a lead, a sequence or a device of another
-- tenant. What the CRM has deleted since belongs to nobody and is no breach. Of
-- the enrolments that this build folded.
with folded as (

    select * from {{ ref('enrollments_to_fold') }}

),

enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

endings as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'ended'

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

open_enrollments as (

    select enrollments.*
    from folded
    inner join enrollments
        on
            folded.user_id = enrollments.user_id
            and folded.enrollment_id = enrollments.enrollment_id
    where
        not exists (
            select 1 from endings
            where
                endings.user_id = folded.user_id
                and endings.enrollment_id = folded.enrollment_id
        )

),

strangers as (

    select
        open_enrollments.user_id,
        open_enrollments.enrollment_id,
        leads.user_id as lead_user_id,
        sequences.user_id as sequence_user_id,
        devices.user_id as device_user_id
    from open_enrollments
    left join leads on open_enrollments.lead_id = leads.lead_id
    left join sequences
        on open_enrollments.sequence_id = sequences.sequence_id
    left join devices on open_enrollments.device_id = devices.device_id
    where
        open_enrollments.user_id <> leads.user_id
        or open_enrollments.user_id <> sequences.user_id
        or open_enrollments.user_id <> devices.user_id

)

select * from strangers
