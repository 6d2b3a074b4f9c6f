{% macro judge_run(results, path) %}
    {#- failed > not_live > untested > passed; documented in _macros.yml -#}
    {%- set found = namespace(failed=[], done=[]) -%}
    {%- set unit_tests = unit_tests_of(path) -%}
    {%- for result in results -%}
        {%- set node = result.node -%}
        {%- set on_path = node.unique_id in path + unit_tests or (
            node.resource_type == "test" and is_on_path(node, path)
        ) -%}
        {%- if on_path and result.status in
            ["error", "fail", "runtime error", "skipped", "partial success"] -%}
            {%- do found.failed.append(node.name) -%}
        {%- elif on_path -%}
            {%- do found.done.append(node.unique_id) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set missing = [] -%}
    {%- for node in graph.nodes.values()
        if node.unique_id not in found.done and must_run(node, path) -%}
        {%- do missing.append(node.name) -%}
    {%- endfor -%}
    {%- set untested = unit_tests | reject("in", found.done) | list -%}
    {%- if found.failed -%}
        {%- set status, detail = "failed", found.failed -%}
    {%- elif var("as_of", none) or reads_a_part() -%}
        {%- set status, detail = "not_live", ["as_of, --empty or --sample"] -%}
    {%- elif missing -%}
        {%- set status, detail = "untested", missing -%}
    {%- else -%}
        {%- set status, detail = "passed", [] -%}
    {%- endif -%}
    {{ return({
        "status": status,
        "detail": first_names(detail),
        "unit_tests_passed": (unit_tests | length) > 0 and not untested
            and not found.failed,
    }) }}
{% endmacro %}
