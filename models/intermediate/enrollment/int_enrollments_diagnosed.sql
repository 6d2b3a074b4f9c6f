with judged as (

    select * from {{ ref('int_enrollments_answered') }}

),

repeated as (

    select * from {{ ref('int_enrollments_repeated') }}

),

tagged as (

    select
        user_id,
        sequence_id,
        lead_id
    from {{ ref('int_leads_matched') }}

),

-- Who may come again is judged anew
diagnosed as (

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

),

-- A tag and a link to one place are one pair: the tag's
told_once as (

    select * from diagnosed
    where source = 'trigger'
    union all
    select diagnosed.*
    from diagnosed
    where
        diagnosed.source = 'link'
        and not exists (
            select 1 from tagged
            where
                tagged.user_id = diagnosed.user_id
                and tagged.sequence_id = diagnosed.sequence_id
                and tagged.lead_id = diagnosed.lead_id
        )

)

select * from told_once
