{% macro postgres__get_test_sql(
    main_sql, fail_calc, warn_if, error_if, limit
) -%}
    {#- As dbt's own, but compiled by no JIT: the planner takes the look-ups of
        a test for millions of rows, and a server with LLVM spends seconds on
        what runs for milliseconds. A test has no hook to say so. -#}
    set jit = off;
    {{ dbt.default__get_test_sql(
        main_sql, fail_calc, warn_if, error_if, limit
    ) }}
{%- endmacro %}
