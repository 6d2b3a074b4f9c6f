{% macro written_as(pattern, expected, required=false) %}
    {{ return({
        "pattern": pattern, "expected": expected, "required": required
    }) }}
{% endmacro %}
