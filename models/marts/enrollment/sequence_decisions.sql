{{ config(
    unique_key=['user_id', 'decision_id'],
    indexes=[
        {'columns': ['user_id', 'decision_id'], 'unique': true},
        {'columns': ['user_id', 'enrollment_id']},
        {'columns': ['user_id', 'sequence_id', 'decision']},
        {'columns': ['row_xid']},
    ],
    pre_hook=["{{ restore_enrolled() }}", "{{ note_xact_id() }}"],
    post_hook=["{{ index_enrolled() }}", "{{ note_newest_decision(this) }}"]
) }}

-- The root of the graph. Its body records what the CRM changed since the last
-- build and what people asked for, one macro for each kind of decision. The
-- other kinds are copied in by the models that decide them, from columns that
-- their SQL computed.

-- Read anew by each rule: each wants few of them
with open_enrollments as not materialized (

    {{ open_enrollments() }}

),

decided as (

    ({{ decide_exits() }})
    union all
    {{ decide_reassignments() }}
    union all
    {{ decide_untagged() }}
    union all
    {{ decide_pauses() }}
    union all
    {{ decide_definitions() }}

),

described as (

    select
        user_id,
        -- Who left or lost the tag does so once; all else may come again
        case
            when decision in ('exit', 'untagged')
                then {{ surrogate_key(['decision', 'enrollment_id']) }}
            else {{ surrogate_key([
                'decision', 'sequence_id', 'enrollment_id',
                "'" ~ invocation_id ~ "'::text"
            ]) }}
        end as decision_id,
        decision,
        sequence_id,
        enrollment_id,
        null::uuid as sequence_stepid,
        contact_phone,
        lead_id,
        device_id,
        null::uuid as target_sequence_id,
        reason,
        definition_hash,
        null::timestamptz as due_at,
        {{ now_utc() }} as decided_at,
        '{{ invocation_id }}'::text as invocation_id,
        {{ noted_xact_id() }} as row_xid
    from decided

)

select * from described
