{% macro raise_problems(problems) %}
    {%- if problems -%}
        {%- set more = (problems | length) - 10 -%}
        {{ exceptions.raise_compiler_error(
            (problems[:10] | join("\n"))
            ~ ("\nand " ~ more ~ " more" if more > 0 else "")
            ~ "\nCorrect " ~ model.original_file_path
            ~ " (a var: dbt_project.yml), then dbt build."
        ) }}
    {%- endif -%}
{% endmacro %}
