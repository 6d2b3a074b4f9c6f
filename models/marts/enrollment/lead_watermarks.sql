{{ config(
    indexes=[{'columns': ['invocation_id'], 'unique': true}],
    pre_hook="{{ forget_unapplied() }}"
) }}

with sequences as (

    select
        user_id,
        sequence_id,
        entry_trigger,
        trigger_match,
        may_return
    from {{ ref('int_sequences_opened') }}
    where entry_trigger is not null

),

-- Taken before any lead is read: a row that this snapshot cannot see yet is
-- at or beyond its xmin, so the next build will find it.
taken as (

    select
        '{{ invocation_id }}'::text as invocation_id,
        pg_snapshot_xmin(pg_current_snapshot()) as watermark,
        dispatch.system_identifier() as system_identifier,
        -- What leads are matched with, how, and where they are
        md5(concat_ws(
            ' ',
            '{{ var("fold_version") }}',
            to_regclass('{{ app_leads() | trim }}')::oid,
            {{ type_of_lead_ids() }},
            (
                select string_agg(sequences::text, ' ' order by sequence_id)
                from sequences
            )
        ))::uuid as matching_hash,
        {{ now_utc() }} as taken_at

),

-- None after a restore into another cluster, when what leads are matched with
-- changed, when the result is gone, or after a day, whatever may have been
-- missed; nor where transactions have gone round half of their numbers.
last_match as (

    select
        last_applied.watermark,
        last_applied.matched_all_at
    from {{ last_lead_watermark() }} as last_applied
    inner join taken
        on
            last_applied.system_identifier = taken.system_identifier
            and last_applied.matching_hash = taken.matching_hash
            and last_applied.watermark <= taken.watermark
            and last_applied.matched_all_at
            > taken.taken_at - {{ hours(var('match_all_hours')) }}
    where
        taken.watermark::text::numeric - last_applied.watermark::text::numeric
        < 2 ^ 31
        and {{ keeps_last_match() }}

),

continued as (

    select
        taken.*,
        last_match.watermark as continued_from,
        coalesce(last_match.matched_all_at, taken.taken_at) as matched_all_at,
        false as is_applied
    from taken
    left join last_match on true

)

select * from continued
