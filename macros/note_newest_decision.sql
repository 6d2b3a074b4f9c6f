{% macro note_newest_decision(decisions, accepted='false') -%}
    {# In each transaction that decides. Nothing while the memory lacks what an
       earlier run knew, or a run without tests would bury the loss; accepted,
       what is left is what is known from here on. Nothing, too, where no run
       decided anything since: numbers of another cluster come in any order. #}
    update dispatch.pipeline_runs as run
    set newest_decision = newest.row_xid
    from (
        select
            known.row_xid,
            known.invocation_id
        from {{ decisions }} as known
        where {{ accepted }} or known.row_xid <= pg_current_xact_id()
        order by known.row_xid desc
        limit 1
    ) as newest
    where
        run.invocation_id = '{{ invocation_id }}'
        and (
            {{ accepted }}
            or (
                exists (
                    select 1 from dispatch.pipeline_runs as deciding
                    where
                        deciding.invocation_id = newest.invocation_id
                        and deciding.run_no > coalesce((
                            select max(noted.run_no)
                            from dispatch.pipeline_runs as noted
                            where
                                noted.target_schema = '{{ target.schema }}'
                                and noted.newest_decision is not null
                                and noted.invocation_id <> run.invocation_id
                        ), 0)
                )
                and not exists (
                    {{ lost_decisions('dispatch.pipeline_runs', decisions) }}
                )
            )
        )
{%- endmacro %}
