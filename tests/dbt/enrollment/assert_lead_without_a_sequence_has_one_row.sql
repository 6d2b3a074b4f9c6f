-- A pair has one row by its key. A lead that names no sequence has one row
-- too, and none beside it that names one.
with diagnostics as (

    select * from {{ ref('enrollment_diagnostics') }}

),

doubled as (

    select
        user_id,
        lead_id,
        count(*) as row_count
    from diagnostics
    group by user_id, lead_id
    having count(*) > 1 and bool_or(sequence_id is null)

)

select * from doubled
