with outcomes as (

    select * from {{ ref('int_enrollments_unioned') }}

),

tagged as (

    select
        user_id,
        sequence_id,
        lead_id
    from {{ ref('int_leads_matched') }}

),

-- Links of two numbers of a lead to one place are one pair: what came of the
-- better one
linked as (

    select distinct on (user_id, sequence_id, lead_id) *
    from outcomes
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

    select * from outcomes
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
