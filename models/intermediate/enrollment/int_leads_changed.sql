with versions as (

    select * from {{ ref('stg_app__lead_versions') }}

),

-- Written since the last match; where all are matched anew nobody is read. With
-- both bounds the planner expects few; an age below zero is of a transaction
-- that began after this one.
changed as (

    select * from versions
    where
        {{ last_match() }} is not null
        and lead_age <= (select age({{ last_match() }}::xid))
        and lead_age >= -2147483647

)

select * from changed
