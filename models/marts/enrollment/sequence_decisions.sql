{{ config(
    unique_key=['user_id', 'decision_id'],
    indexes=[
        {'columns': ['user_id', 'decision_id'], 'unique': true},
        {'columns': ['user_id', 'enrollment_id']},
        {'columns': ['user_id', 'sequence_id', 'decision']},
        {'columns': ['row_xid']},
    ]
) }}

-- The root of the graph. Its body records what changed in the CRM since the
-- last build; enrolments, exits and endings are copied in by the models that
-- decide them, from columns that their SQL computed.

with sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

{% if is_incremental() -%}
    last_switched as (

        select distinct on (user_id, sequence_id)
            user_id,
            sequence_id,
            decision
        from {{ this }}
        where decision in ('paused', 'resumed')
        order by user_id asc, sequence_id asc, decided_at desc

    ),
{%- else -%}
    last_switched as (

        select
            null::uuid as user_id,
            null::uuid as sequence_id,
            null::text as decision
        where false

    ),
{%- endif %}

switched as (

    select
        sequences.user_id,
        sequences.sequence_id,
        case when sequences.is_active then 'resumed' else 'paused' end
            as decision
    from sequences
    left join last_switched
        on
            sequences.user_id = last_switched.user_id
            and sequences.sequence_id = last_switched.sequence_id
    where
        sequences.is_active
        <> (coalesce(last_switched.decision, 'resumed') = 'resumed')

),

described as (

    select
        user_id,
        {{ surrogate_key(
            ['decision', 'sequence_id', "'" ~ invocation_id ~ "'::text"]
        ) }}
            as decision_id,
        decision,
        sequence_id,
        null::uuid as enrollment_id,
        null::uuid as sequence_stepid,
        null::text as contact_phone,
        null::text as lead_id,
        null::uuid as device_id,
        null::uuid as target_sequence_id,
        null::text as reason,
        null::uuid as definition_hash,
        null::timestamptz as due_at,
        {{ now_utc() }} as decided_at,
        '{{ invocation_id }}'::text as invocation_id,
        pg_current_xact_id() as row_xid
    from switched

)

select * from described
