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

leads as (

    select * from {{ ref('stg_app__lead_fields') }}

),

-- Each lead is looked up by its key. One that was deleted since it was found
-- has no fields.
enrolled as (

    select
        candidates.user_id,
        candidates.enrollment_id,
        candidates.sequence_id,
        candidates.contact_phone,
        candidates.entry_no,
        candidates.lead_id,
        candidates.contact_name,
        coalesce(living.contact_fields, '{}'::jsonb) as contact_fields,
        candidates.device_id,
        candidates.entry_trigger,
        candidates.source,
        candidates.definition_hash,
        candidates.first_due_at,
        {{ now_utc() }} as enrolled_at,
        '{{ invocation_id }}'::text as invocation_id,
        pg_current_xact_id() as row_xid
    from candidates
    left join
        lateral (
            select leads.contact_fields from leads
            where
                leads.user_id = candidates.user_id
                and leads.lead_key = {{ lead_key('candidates.lead_id') }}
            limit 1
        ) as living
        on true

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
