with sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

policies as (

    select * from {{ ref('int_sequence_policies') }}

),

entered as (

    select
        sequences.user_id,
        sequences.sequence_id,
        sequences.sequence_status,
        sequences.is_active,
        sequences.trigger_token as entry_trigger,
        policies.trigger_match,
        policies.reentry_after_days is not null as may_return,
        policies.one_open_enrollment,
        policies.device_assignment
    from sequences
    inner join policies
        on
            sequences.user_id = policies.user_id
            and sequences.sequence_id = policies.sequence_id

)

select * from entered
