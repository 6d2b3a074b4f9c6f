with sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

overrides as (

    select * from {{ ref('sequence_policies') }}

),

resolved as (

    select
        sequences.user_id,
        sequences.sequence_id,
        coalesce(
            overrides.on_failure, '{{ var("on_failure") }}'
        ) as on_failure,
        coalesce(
            overrides.on_unknown, '{{ var("on_unknown") }}'
        ) as on_unknown,
        coalesce(
            overrides.unknown_grace_minutes,
            {{ var("unknown_grace_minutes") }}
        ) as unknown_grace_minutes,
        coalesce(overrides.time_zone, '{{ var("time_zone") }}') as time_zone
    from sequences
    left join overrides on sequences.sequence_id = overrides.sequence_id

)

select * from resolved
