with steps as (

    select * from {{ ref('stg_app__sequence_steps') }}

),

sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

links as (

    select * from {{ ref('int_sequence_links') }}

),

numbered as (

    select
        sequences.user_id,
        steps.*,
        row_number() over (
            partition by steps.sequence_id
            order by steps.day_number, steps.sequence_stepid
        ) as day_position,
        count(*) over (partition by steps.sequence_id) as step_count
    from steps
    inner join sequences on steps.sequence_id = sequences.sequence_id

),

-- A next_trigger means a step of its own sequence before anything else
named as (

    select
        naming.sequence_stepid,
        count(*) as named_count,
        min(named.sequence_stepid::text) as named_stepid
    from numbered as naming
    inner join numbered as named
        on
            naming.sequence_id = named.sequence_id
            and naming.next_trigger_token = named.trigger_token
    group by naming.sequence_stepid

),

chained as (

    select
        numbered.user_id,
        numbered.sequence_id,
        numbered.sequence_stepid,
        numbered.day_position,
        numbered.is_entry_point,
        numbered.next_trigger_token,
        coalesce(named.named_count, 0) as named_count,
        case
            when named.named_count = 1 then named.named_stepid
        end as next_stepid,
        case
            when named.sequence_stepid is null then links.target_sequence_id
        end as target_sequence_id,
        bool_or(
            named.sequence_stepid is not null
            or (
                numbered.next_trigger_token is not null
                and numbered.day_position < numbered.step_count
            )
        ) over (partition by numbered.sequence_id) as is_chained
    from numbered
    left join named on numbered.sequence_stepid = named.sequence_stepid
    left join links on numbered.sequence_stepid = links.sequence_stepid

)

select * from chained
