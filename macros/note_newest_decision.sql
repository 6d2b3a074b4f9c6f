{% macro note_newest_decision() -%}
    {# In the transaction of sequence_contacts, which decides last. With
       accept_lost_memory, what is left is what is known from here on. #}
    update dispatch.pipeline_runs as run
    set newest_decision = (
        select decisions.row_xid
        from {{ ref('sequence_decisions') }} as decisions
        where
            decisions.row_xid <= pg_current_xact_id()
            and (
                {{ var("accept_lost_memory") }}
                or decisions.row_xid >= (
                    select taken.watermark
                    from {{ ref('fold_watermarks') }} as taken
                    where taken.invocation_id = '{{ invocation_id }}'
                )
            )
        order by decisions.row_xid desc
        limit 1
    )
    where run.invocation_id = '{{ invocation_id }}'
{%- endmacro %}
