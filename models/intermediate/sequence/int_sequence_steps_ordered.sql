with steps as (

    select * from {{ ref('int_sequence_steps_described') }}

),

step_hashed as (

    select
        *,
        {{ surrogate_key([
            'sequence_stepid', 'day_number', 'delay_hours', 'message_type',
            'content', 'media_url', 'caption', 'min_gap_seconds',
            'max_gap_seconds', 'sequence_name', 'send_time', 'source_hash',
            'next_sequence_id', 'is_misconfigured', 'placeholders',
            'policy_hash'
        ]) }} as step_hash
    from steps

),

-- One hash for the sequence as a whole: its content is its address
hashed as (

    select
        *,
        md5(string_agg(step_hash::text, ',') over (
            partition by user_id, sequence_id
            order by step_position
            rows between unbounded preceding and unbounded following
        ))::uuid as definition_hash
    from step_hashed

)

select * from hashed
