{% macro may_be_late(step) -%}
    {# Where late steps are skipped: a step that its quiet hours or weekend make
       late, or one that a pause did which no build has seen the end of. The
       next build skips it or not. The upper bound is that of every row that can
       be seen: what another cluster wrote, before a restore, was seen. #}
    {{ step }}.on_late = 'skip'
    and {{ step }}.attempts_used = 0
    and (
        {{ step }}.next_trigger_time
        > {{ step }}.due_at
        + make_interval(hours => {{ step }}.late_after_hours)
        or (
            {{ now_utc() }}
            > {{ step }}.due_at
            + make_interval(hours => {{ step }}.late_after_hours)
            and exists (
                select 1
                from {{ ref('stg_dispatch__operator_requests') }} as requests
                where
                    requests.request_kind = 'resume'
                    and coalesce(requests.user_id, {{ step }}.user_id)
                    = {{ step }}.user_id
                    and exists (
                        select 1
                        from {{ ref('fold_watermarks') }} as folds
                        where
                            folds.is_applied
                            and (
                                requests.requested_at >= folds.taken_at
                                or (
                                    requests.row_xid >= folds.watermark
                                    and requests.row_xid
                                    < pg_snapshot_xmax(pg_current_snapshot())
                                )
                            )
                    )
            )
        )
    )
{%- endmacro %}
