{{ config(
    indexes=[{'columns': ['invocation_id'], 'unique': true}],
    pre_hook="{{ forget_unfinished_folds() }}"
) }}

-- Taken before anything is read: a row that this snapshot cannot see yet is
-- at or beyond its xmin, so the next build will find it.
with taken as (

    select
        '{{ invocation_id }}'::text as invocation_id,
        pg_snapshot_xmin(pg_current_snapshot()) as watermark,
        dispatch.system_identifier() as system_identifier,
        '{{ var("fold_version") }}'::text as fold_version,
        (
            select
                md5(string_agg(policy::text, ' ' order by policy.fault_class))
            from {{ ref('fault_policies') }} as policy
        )::uuid as fault_policies_hash,
        {{ now_utc() }} as taken_at,
        false as is_applied

)

select * from taken
