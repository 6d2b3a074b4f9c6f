with watermarks as (

    select * from {{ ref('fold_watermarks') }}

),

-- The fold to go on from: none after a restore into another cluster, when the
-- logic or the fault policies changed, or when its result is gone.
latest as (

    select applied.watermark
    from watermarks as applied
    inner join watermarks as taken
        on
            applied.system_identifier = taken.system_identifier
            and applied.fold_version = taken.fold_version
            and applied.fault_policies_hash = taken.fault_policies_hash
            and applied.watermark <= taken.watermark
    where
        applied.is_applied
        and not taken.is_applied
        and {{ keeps_last_fold('applied') }}

)

select * from latest
