{{ config(
    indexes=[{'columns': ['invocation_id'], 'unique': true}],
    pre_hook="{{ forget_unapplied() }}"
) }}

with fault_policies as (

    select * from {{ ref('fault_policies') }}

),

-- Taken before anything is read: a row that this snapshot cannot see yet is
-- at or beyond its xmin, so the next build will find it.
taken as (

    select
        '{{ invocation_id }}'::text as invocation_id,
        pg_snapshot_xmin(pg_current_snapshot()) as watermark,
        dispatch.system_identifier() as system_identifier,
        '{{ var("fold_version") }}, {{ var("max_attempts") }}'::text
            as fold_version,
        (
            select
                md5(string_agg(
                    row(fault_class, retry_minutes, ends_enrollment)::text, ' '
                    order by fault_class
                ))
            from fault_policies
        )::uuid as fault_policies_hash,
        {{ now_utc() }} as taken_at,
        false as is_listed,
        false as is_applied,
        null::text as folded_by,
        null::bigint as schedule_oid

)

select * from taken
