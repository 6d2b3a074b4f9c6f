with claim_refusals as (

    select * from {{ source('dispatch', 'claim_refusals') }}

),

-- The last reason that was not cleared since
standing as (

    select distinct on (user_id, enrollment_id, sequence_stepid, attempt_no)
        user_id,
        enrollment_id,
        sequence_stepid,
        attempt_no,
        reason as refusal_reason,
        refused_at
    from claim_refusals
    where cleared_at is null
    order by
        user_id asc,
        enrollment_id asc,
        sequence_stepid asc,
        attempt_no asc,
        refused_at desc

)

select * from standing
