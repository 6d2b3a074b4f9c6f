with admitted as (

    select * from {{ ref('int_enrollments_admitted') }}

),

barred as (

    select * from {{ ref('int_enrollments_barred') }}

),

answered as (

    select
        user_id,
        sequence_id,
        lead_id,
        source,
        rejection_reason
    from admitted
    union all
    select
        user_id,
        sequence_id,
        lead_id,
        source,
        rejection_reason
    from barred

)

select * from answered
