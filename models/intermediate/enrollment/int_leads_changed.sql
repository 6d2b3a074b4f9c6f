with versions as (

    select * from {{ ref('stg_app__lead_versions') }}

),

-- Written since the last match. With both bounds the planner expects few; an
-- age below zero is of a transaction that began after this one.
changed as (

    select * from versions
    where
        lead_age <= (select age({{ last_match() }}::xid))
        and lead_age >= -2147483647

)

select * from changed
