with judged as (

    select * from {{ ref('int_enrollments_answered') }}

),

repeated as (

    select * from {{ ref('int_enrollments_repeated') }}

),

-- Who may come again is judged anew
unioned as (

    select
        user_id,
        sequence_id,
        lead_id,
        source,
        case
            when rejection_reason is null then 'candidate' else 'rejected'
        end as outcome,
        rejection_reason
    from judged
    union all
    select
        user_id,
        sequence_id,
        lead_id,
        source,
        outcome,
        rejection_reason
    from repeated
    where not exists (
        select 1 from judged
        where
            judged.user_id = repeated.user_id
            and judged.sequence_id = repeated.sequence_id
            and judged.lead_id = repeated.lead_id
            and judged.source = repeated.source
    )

)

select * from unioned
