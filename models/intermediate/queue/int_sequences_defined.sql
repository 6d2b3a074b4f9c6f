with decisions as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'defined'

),

definitions as (

    select * from {{ ref('sequence_definitions') }}

),

last_defined as (

    select distinct on (user_id, sequence_id) *
    from decisions
    order by
        user_id asc,
        sequence_id asc,
        decided_at desc,
        row_xid desc

),

described as (

    select
        last_defined.user_id,
        last_defined.sequence_id,
        last_defined.definition_hash,
        described.on_edit
    from last_defined
    cross join lateral (
        select definitions.on_edit
        from definitions
        where
            definitions.user_id = last_defined.user_id
            and definitions.definition_hash = last_defined.definition_hash
        limit 1
    ) as described

)

select * from described
