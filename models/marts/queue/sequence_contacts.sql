{{ config(
    unique_key=['user_id', 'enrollment_id', 'sequence_stepid'],
    indexes=[
        {
            'columns': ['user_id', 'enrollment_id', 'sequence_stepid'],
            'unique': true
        },
        {'columns': ['user_id', 'device_id', 'next_trigger_time']},
    ],
    pre_hook="set local enable_nestloop = off",
    post_hook=[
        "{{ record_exits() }}",
        "{{ record_endings() }}",
        "{{ analyze_if_grown(this) }}",
    ]
) }}

-- The fold joins steps on three columns at once, which the planner takes for
-- a handful of rows; a nested loop over them is quadratic, a hash join is not.

with folded as (

    select * from {{ ref('int_steps_folded') }}

),

{% if is_incremental() -%}
    -- A step that left the definition before anything went out for it settles
    -- nothing; the steps after it have moved up in the fold
    removed as (

        select
            existing.user_id,
            existing.enrollment_id,
            existing.sequence_stepid,
            existing.sequence_id,
            existing.definition_hash,
            existing.contact_phone,
            existing.device_id,
            existing.current_step,
            existing.chain_no,
            'skipped' as status,
            'step_removed' as status_reason,
            null::timestamptz as next_trigger_time,
            existing.attempt_no,
            existing.attempts_used,
            false as is_resend,
            null::timestamptz as settled_at,
            null::timestamptz as completed_at
        from {{ this }} as existing
        left join folded
            on
                existing.user_id = folded.user_id
                and existing.enrollment_id = folded.enrollment_id
                and existing.sequence_stepid = folded.sequence_stepid
        where
            existing.status in ('pending', 'active', 'sent')
            and folded.sequence_stepid is null

    ),
{%- endif %}

unioned as (

    select * from folded
    {% if is_incremental() -%}
        union all
        select * from removed
    {%- endif %}

)

select
    user_id,
    enrollment_id,
    sequence_stepid,
    sequence_id,
    definition_hash,
    contact_phone,
    device_id,
    current_step,
    chain_no,
    status::text as status,
    status_reason::text as status_reason,
    next_trigger_time,
    attempt_no,
    attempts_used,
    is_resend,
    settled_at,
    completed_at
from unioned
