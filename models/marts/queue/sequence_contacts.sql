{{ config(
    pre_hook="{{ assert_fold_is_whole() }}", post_hook="{{ record_fold(this) }}"
) }}

with folded as (

    select
        *,
        1 as preference
    from {{ ref('int_steps_folded') }}

),

skipped as (

    select
        *,
        3 as preference
    from {{ ref('int_steps_skipped') }}

),

-- Steps that were planned until this build; those it does not fold have left
-- depends_on: {{ ref('int_steps_attempted') }}
unioned as (

    select * from folded
    {% if is_incremental() -%}
        union all
        {{ left_steps_as_skipped(this) }}
    {%- endif %}
    union all
    select * from skipped

),

-- No anti-join: one on three columns is planned as a nested loop
ranked as (

    select
        *,
        row_number() over (
            partition by user_id, enrollment_id, sequence_stepid
            order by preference
        ) as preference_rank,
        first_value(followed_hash) over (
            partition by user_id, enrollment_id
            order by preference
        ) as current_hash
    from unioned

)

select
    user_id,
    enrollment_id,
    sequence_stepid,
    sequence_id,
    definition_hash,
    current_hash as followed_hash,
    contact_phone,
    device_id,
    current_step,
    chain_no,
    status::text as status,
    {{ reason_of_status('ranked') }}::text as status_reason,
    due_at,
    next_trigger_time,
    attempt_no,
    attempts_used,
    is_resend,
    settled_at,
    completed_at,
    next_fold_at,
    next_sequence_id,
    next_sequence_due_at
from ranked
where preference_rank = 1
