with diagnostics as (

    select * from {{ ref('enrollment_diagnostics') }}

),

-- Only what somebody can mend; a second lead of one phone is no fault
described as (

    select
        user_id,
        rejection_reason as subject_id,
        count(distinct lead_id) as affected_count,
        null::numeric as share,
        (array_agg(distinct lead_id order by lead_id))[1:3] as example_keys,
        format(
            '%s leads are not enrolled: %s',
            count(distinct lead_id), replace(rejection_reason, '_', ' ')
        ) as explanation,
        format(
            'select * from {{ ref("enrollment_diagnostics") }} '
            || 'where user_id = %L and rejection_reason = %L',
            user_id, rejection_reason
        ) as cure
    from diagnostics
    where
        rejection_reason in (
            'invalid_phone', 'device_missing', 'unknown_trigger'
        )
    group by user_id, rejection_reason

)

select * from described
