{% macro skipped_state(attempted) -%}
    {# The columns of a step that left its chain: it has no place and no times
       any more. #}
    null::integer as chain_no,
    'skipped' as status,
    null as status_reason,
    null::timestamptz as due_at,
    null::timestamptz as next_trigger_time,
    {{ attempted }}.last_attempt_no as attempt_no,
    0 as attempts_used,
    false as is_resend,
    null::timestamptz as settled_at,
    null::timestamptz as completed_at,
    null::timestamptz as next_fold_at,
    null::uuid as next_sequence_id,
    null::timestamptz as next_sequence_due_at
{%- endmacro %}
