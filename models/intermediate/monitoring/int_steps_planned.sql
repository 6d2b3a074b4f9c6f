{%- set step = 'user_id, sequence_id, sequence_stepid' -%}

with steps as (

    select * from {{ ref('int_steps_bucketed') }}

),

numbers as (

    select * from {{ ref('int_recipients_planned') }}

),

counted as (

    select
        {{ step }},
        {{ bucket_counts() }}
    from steps
    group by {{ step }}

),

planned as (

    select
        counted.*,
        coalesce(numbers.recipients, 0) as recipients
    from counted
    left join numbers
        on
            counted.user_id = numbers.user_id
            and counted.sequence_id = numbers.sequence_id
            and counted.sequence_stepid = numbers.sequence_stepid

)

select * from planned
