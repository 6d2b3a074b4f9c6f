{% macro written_since_last_fold(model) -%}
    {# Nothing, when there is no fold to go on from. The upper bound holds for
       every row that can be seen; with both bounds, and the lower one asked for
       by itself, the planner expects few rows and takes the index. #}
    (
        select written.*
        from {{ ref(model) }} as written
        where
            written.row_xid >= (
                select last_fold.watermark
                from {{ ref('int_folds_latest') }} as last_fold
            )
            and written.row_xid < pg_snapshot_xmax(pg_current_snapshot())
    ) as written
{%- endmacro %}
