-- No enrolment that goes on has a lead, a sequence or a device of another
-- tenant. What the CRM has deleted since belongs to nobody and is no breach.
with enrollments as (

    select * from {{ ref('sequence_enrollments') }}

),

endings as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'ended'

),

leads as (

    select * from {{ ref('stg_app__leads') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

devices as (

    select * from {{ ref('stg_app__user_devices') }}

),

strangers as (

    select
        enrollments.user_id,
        enrollments.enrollment_id,
        leads.user_id as lead_user_id,
        sequences.user_id as sequence_user_id,
        devices.user_id as device_user_id
    from enrollments
    left join leads on enrollments.lead_id = leads.lead_id
    left join sequences on enrollments.sequence_id = sequences.sequence_id
    left join devices on enrollments.device_id = devices.device_id
    where
        (
            enrollments.user_id <> leads.user_id
            or enrollments.user_id <> sequences.user_id
            or enrollments.user_id <> devices.user_id
        )
        and not exists (
            select 1 from endings
            where
                endings.user_id = enrollments.user_id
                and endings.enrollment_id = enrollments.enrollment_id
        )

)

select * from strangers
