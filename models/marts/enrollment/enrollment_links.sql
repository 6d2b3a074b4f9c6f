{{ config(
    unique_key=['user_id', 'enrollment_id'],
    indexes=[
        {'columns': ['user_id', 'enrollment_id'], 'unique': true},
        {'columns': ['contact_phone', 'target_sequence_id', 'user_id']},
    ],
    pre_hook=["{{ assert_input_is_whole() }}", "{{ follow_lead_ids() }}"],
    post_hook="{{ analyze_if_grown(this) }}"
) }}

-- A fold adds the links that it decides, an enrolment takes away those that it
-- follows. So a build reads all links there ever were only where it matches all
-- leads, too.
-- depends_on: {{ ref('lead_watermarks') }}

with unfollowed as (

    select * from {{ ref('int_links_unfollowed') }}

),

links as (

    {% if is_incremental() -%}
        (
            select
                user_id,
                enrollment_id,
                target_sequence_id,
                contact_phone,
                lead_id,
                device_id,
                due_at
            from unfollowed
            limit case when {{ last_match() }} is not null then 0 end
        )
        union all
        (
            select
                user_id,
                enrollment_id,
                target_sequence_id,
                contact_phone,
                lead_id,
                device_id,
                due_at
            from {{ this }}
            limit case when {{ last_match() }} is null then 0 end
        )
    {%- else -%}
        select * from unfollowed
    {%- endif %}

),

living as (

    {{ living_links() }}

)

select * from living
