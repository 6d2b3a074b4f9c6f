{% macro assert_input_is_whole() -%}
    {# What is not read would be forgotten. #}
    {%- if reads_a_part() -%}
        {%- do exceptions.raise_compiler_error(
            this.identifier ~ " is kept from build to build and cannot be made "
            ~ "from a part of what it reads: leave out --empty and --sample, "
            ~ "or exclude it"
        ) -%}
    {%- endif -%}
{%- endmacro %}
