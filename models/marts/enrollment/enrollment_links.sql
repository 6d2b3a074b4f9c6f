{{ config(
    unique_key=['user_id', 'enrollment_id'],
    indexes=[
        {'columns': ['user_id', 'enrollment_id'], 'unique': true},
        {'columns': ['contact_phone', 'target_sequence_id', 'user_id']},
    ],
    pre_hook="{{ assert_input_is_whole() }}",
    post_hook="{{ analyze_if_grown(this) }}"
) }}

-- A fold adds the links that it decides, an enrolment takes away those that it
-- follows; so a build does not read all links there ever were, but where leads
-- are matched anew, too.
-- depends_on: {{ ref('lead_watermarks') }}

with decided as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'link'

),

enrolled as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'enrolled'

),

unfollowed as (

    select
        decided.user_id,
        decided.enrollment_id,
        decided.target_sequence_id,
        decided.contact_phone,
        decided.lead_id,
        decided.device_id,
        decided.due_at
    from decided
    where not exists (
        select 1 from enrolled
        where
            enrolled.user_id = decided.user_id
            and enrolled.sequence_id = decided.target_sequence_id
            and enrolled.contact_phone = decided.contact_phone
    )

),

links as (

    {% if is_incremental() -%}
        (
            select * from unfollowed
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
