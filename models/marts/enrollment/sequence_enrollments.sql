{{ config(
    unique_key=['user_id', 'enrollment_id'],
    indexes=[
        {'columns': ['user_id', 'enrollment_id'], 'unique': true},
        {
            'columns': [
                'user_id', 'sequence_id', 'contact_phone', 'entry_no'
            ],
            'unique': true
        },
        {'columns': ['user_id', 'contact_phone']},
        {'columns': ['row_xid']},
    ],
    post_hook=[
        "{{ record_enrolled() }}",
        "{{ grant_wishes() }}",
        "{{ analyze_if_grown(this) }}",
        "{{ analyze_if_grown(ref('sequence_decisions')) }}",
    ]
) }}

with candidates as (

    select * from {{ ref('enrollment_candidates') }}

),

enrolled as (

    select
        user_id,
        enrollment_id,
        sequence_id,
        contact_phone,
        entry_no,
        lead_id,
        contact_name,
        contact_fields,
        device_id,
        entry_trigger,
        source,
        definition_hash,
        first_due_at,
        {{ now_utc() }} as enrolled_at,
        '{{ invocation_id }}'::text as invocation_id,
        pg_current_xact_id() as row_xid
    from candidates

)

select * from enrolled
{% if is_incremental() -%}
    where not exists (
        select 1 from {{ this }} as already
        where
            already.user_id = enrolled.user_id
            and already.enrollment_id = enrolled.enrollment_id
    )
{%- endif %}
