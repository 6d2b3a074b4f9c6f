with refusals as (

    select * from {{ ref('stg_dispatch__claim_refusals') }}

),

described as (

    select
        user_id,
        refusal_reason as subject_id,
        count(*) as affected_count,
        null::numeric as share,
        (
            array_agg(enrollment_id::text order by enrollment_id)
        )[1:3] as example_keys,
        format(
            '%s due messages were not claimed: %s',
            count(*), replace(refusal_reason, '_', ' ')
        ) as explanation,
        case refusal_reason
            when 'unknown_platform'
                then
                    'add the platform to gateways in dispatcher.yml, or '
                    || 'correct {{ var("app_schema") }}.user_devices.platform'
            else 'see the table of the CRM, then dbt build'
        end as cure
    from refusals
    group by user_id, refusal_reason

)

select * from described
