{#- Where a cause finds whom it makes the build fold -#}
{%- set causes = {
    "changed": "changed",
    "time": "scheduled",
    "resumed": "resumed",
    "unproven": "unproven",
    "everything": "everything",
} -%}
{{ config(
    indexes=[{'columns': ['user_id', 'enrollment_id'], 'unique': true}],
    post_hook=[
        "{{ list_fold(ref('fold_watermarks')) }}", "analyze {{ this }}"
    ]
) }}

with changed as (

    select * from {{ ref('int_enrollments_changed') }}

),

scheduled as (

    select * from {{ ref('fold_schedule') }}
    where next_fold_at <= {{ now_utc() }}

),

resumed as (

    select * from {{ ref('int_enrollments_resumed') }}

),

last_folded as (

    {{ last_folded(this) }}

),

-- Folded and tested again, or this build would know nothing of what is wrong
unproven as (

    select * from last_folded
    where exists (select 1 from {{ ref('int_folds_unproven') }})

),

-- Without a fold to go on from
everything as (

    select * from {{ ref('sequence_enrollments') }}
    where not exists (select 1 from {{ ref('int_folds_latest') }})

),

unioned as (

    {% for cause, whose in causes.items() -%}
        select
            user_id,
            enrollment_id,
            '{{ cause }}' as cause
        from {{ whose }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    user_id,
    enrollment_id,
    min(cause) as cause
from unioned
group by user_id, enrollment_id
