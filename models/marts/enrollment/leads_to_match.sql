{{ config(
    indexes=[{'columns': ['lead_key'], 'unique': true}],
    post_hook="analyze {{ this }}"
) }}

with versions as (

    select * from {{ ref('stg_app__lead_versions') }}

),

watermarks as (

    select * from {{ ref('lead_watermarks') }}

),

-- What this build took, or else what the last one used
last_match as (

    select continued_from
    from watermarks
    order by is_applied asc
    limit 1

),

-- Written since. With both bounds the planner expects few; an age below zero
-- is of a transaction that began after this one.
changed as (

    select
        user_id,
        lead_key,
        'changed' as cause
    from versions
    where
        lead_age <= (
            select age(last_match.continued_from::xid) from last_match
        )
        and lead_age >= -2147483647

),

everything as (

    select
        user_id,
        lead_key,
        'everything' as cause
    from versions
    where not exists (
        select 1 from last_match
        where last_match.continued_from is not null
    )

),

unioned as (

    select * from changed
    union all
    select * from everything

)

select * from unioned
