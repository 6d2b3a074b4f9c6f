{% macro one_of(values, required=false) %}
    {{ return({
        "choices": values,
        "expected": values[:-1] | join(", ")
        ~ (" or " if values | length > 1 else "") ~ values[-1],
        "required": required,
    }) }}
{% endmacro %}
