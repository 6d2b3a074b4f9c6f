with refusals as (

    select * from {{ ref('stg_dispatch__claim_refusals') }}

)

-- What the CRM changed since the build is settled by the next one; what is
-- wrong with a device is not, and stands until a run clears it
select * from refusals
where
    refusal_reason in ('unknown_platform', 'device_missing')
    or refused_at > (
        select max(folds.taken_at)
        from {{ ref('fold_watermarks') }} as folds
        where folds.is_applied
    )
