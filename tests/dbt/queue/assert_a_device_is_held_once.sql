-- A device has one reason at most why it may not send. Of the devices of the
-- enrolments that this build folded, looked up one by one: the ledger is not
-- read as a whole.
with devices as (

    select distinct
        enrollments.user_id,
        enrollments.device_id
    from {{ ref('enrollments_to_fold') }} as folded
    inner join {{ ref('sequence_enrollments') }} as enrollments
        on
            folded.user_id = enrollments.user_id
            and folded.enrollment_id = enrollments.enrollment_id

),

held as (

    select * from {{ ref('held_devices') }}

),

counted as (

    select
        devices.user_id,
        devices.device_id,
        reasons.row_count
    from devices
    cross join
        lateral (
            select count(*) as row_count
            from held
            where
                held.user_id = devices.user_id
                and held.device_id = devices.device_id
        ) as reasons

)

select * from counted
where row_count > 1
