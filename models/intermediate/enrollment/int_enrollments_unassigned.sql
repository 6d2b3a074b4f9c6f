with admitted as (

    select * from {{ ref('int_enrollments_admitted') }}
    where rejection_reason is null and own_device_id is null

),

numbered as (

    select
        user_id,
        sequence_id,
        contact_phone,
        row_number() over (
            partition by user_id
            order by sequence_id, contact_phone
        ) as place_no,
        count(*) over (partition by user_id) as needed_count
    from admitted

)

select * from numbered
