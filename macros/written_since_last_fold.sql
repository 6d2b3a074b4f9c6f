{% macro written_since_last_fold(model) -%}
    {# Nothing, when there is no fold to go on from. The upper bound holds for
       every row that can be seen; with both bounds the planner expects few
       rows and takes the index. #}
    (
        select written.*
        from {{ ref('int_folds_latest') }} as last_fold
        inner join {{ ref(model) }} as written
            on
                written.row_xid >= last_fold.watermark
                and written.row_xid < pg_snapshot_xmax(pg_current_snapshot())
    ) as written
{%- endmacro %}
