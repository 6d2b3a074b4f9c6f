{% macro lost_decisions(runs, decisions) -%}
    {# The last run that noted what it knew, when the memory knows it no more. A
       memory that began after that run is judged by the ledger alone. #}
    select
        last_run.invocation_id,
        last_run.newest_decision
    from (
        select * from {{ runs }}
        where
            target_schema = '{{ target.schema }}'
            and newest_decision is not null
        order by run_no desc
        limit 1
    ) as last_run
    where
        not exists (
            select 1 from {{ decisions }} as kept
            where kept.row_xid = last_run.newest_decision
        )
        and exists (
            select 1 from {{ decisions }} as kept
            where not exists (
                select 1 from {{ runs }} as later
                where
                    later.invocation_id = kept.invocation_id
                    and later.run_no > last_run.run_no
            )
        )
{%- endmacro %}
