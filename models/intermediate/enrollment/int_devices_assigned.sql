with unassigned as (

    select * from {{ ref('int_enrollments_unassigned') }}

),

offered as (

    select * from {{ ref('int_devices_offered') }}

),

assigned as (

    select
        unassigned.user_id,
        unassigned.sequence_id,
        unassigned.contact_phone,
        offered.device_id
    from unassigned
    inner join offered
        on
            unassigned.user_id = offered.user_id
            and unassigned.place_no = offered.place_no

)

select * from assigned
