{% macro judge_run(results, path) %}
    {#- failed > not_live > untested > passed; documented in _macros.yml -#}
    {%- set found = namespace(failed=[], unit_tests=0, done=[]) -%}
    {%- for result in results -%}
        {%- set node = result.node -%}
        {%- set on_path = node.unique_id in path or (
            node.resource_type in ["test", "unit_test"]
            and is_on_path(node, path)
        ) -%}
        {%- if on_path and result.status in
            ["error", "fail", "runtime error", "skipped", "partial success"] -%}
            {%- do found.failed.append(node.name) -%}
        {%- elif on_path -%}
            {%- do found.done.append(node.unique_id) -%}
            {%- if node.resource_type == "unit_test" -%}
                {%- set found.unit_tests = found.unit_tests + 1 -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set missing = [] -%}
    {%- for node in graph.nodes.values()
        if node.unique_id not in found.done and must_run(node, path) -%}
        {%- do missing.append(node.name) -%}
    {%- endfor -%}
    {%- if found.failed -%}
        {%- set status, detail = "failed", found.failed -%}
    {%- elif var("as_of", none) or flags.EMPTY or flags.SAMPLE -%}
        {%- set status, detail = "not_live", ["as_of, --empty or --sample"] -%}
    {%- elif missing -%}
        {%- set status, detail = "untested", missing -%}
    {%- else -%}
        {%- set status, detail = "passed", [] -%}
    {%- endif -%}
    {{ return({
        "status": status,
        "detail": first_names(detail),
        "unit_tests_passed": found.unit_tests > 0 and not found.failed,
    }) }}
{% endmacro %}
