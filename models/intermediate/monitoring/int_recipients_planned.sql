with steps as not materialized (

    select * from {{ ref('sequence_contacts') }}

),

returned as (

    select distinct
        user_id,
        sequence_id,
        contact_phone
    from {{ ref('sequence_enrollments') }}
    where entry_no > 1

),

-- Who came once has each step once, so that millions of numbers need not be
-- told apart
came_once as (

    select
        user_id,
        sequence_id,
        sequence_stepid,
        count(*) as recipients
    from steps
    where
        not exists (
            select 1 from returned
            where
                returned.user_id = steps.user_id
                and returned.sequence_id = steps.sequence_id
                and returned.contact_phone = steps.contact_phone
        )
    group by user_id, sequence_id, sequence_stepid

),

came_again as (

    select
        steps.user_id,
        steps.sequence_id,
        steps.sequence_stepid,
        count(distinct steps.contact_phone) as recipients
    from steps
    inner join returned
        on
            steps.user_id = returned.user_id
            and steps.sequence_id = returned.sequence_id
            and steps.contact_phone = returned.contact_phone
    group by steps.user_id, steps.sequence_id, steps.sequence_stepid

),

unioned as (

    select * from came_once
    union all
    select * from came_again

),

summed as (

    select
        user_id,
        sequence_id,
        sequence_stepid,
        sum(recipients)::bigint as recipients
    from unioned
    group by user_id, sequence_id, sequence_stepid

)

select * from summed
