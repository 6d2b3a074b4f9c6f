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

-- Links of two numbers of a lead to one place are one pair: what came of the
-- better one
linked as (

    select distinct on (user_id, sequence_id, lead_id) *
    from diagnosed
    where source = 'link'
    order by
        user_id asc,
        sequence_id asc,
        lead_id asc,
        outcome = 'rejected' asc,
        outcome asc,
        rejection_reason asc

),

-- A tag and a link to one place are one pair: the tag's
told_once as (

    select * from diagnosed
    where source = 'trigger'
    union all
    select linked.*
    from linked
    where
        not exists (
            select 1 from tagged
            where
                tagged.user_id = linked.user_id
                and tagged.sequence_id = linked.sequence_id
                and tagged.lead_id = linked.lead_id
        )

)

select * from told_once
