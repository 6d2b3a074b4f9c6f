{% macro assert_match_is_whole() -%}
    {# What is not read would be forgotten; and a table that is made anew needs
       every lead, whatever was selected. #}
    {%- if flags.EMPTY or flags.SAMPLE -%}
        {%- do exceptions.raise_compiler_error(
            "enrollment_wishes is kept from build to build and cannot be made "
            ~ "from a part of the leads: leave out --empty and --sample, or "
            ~ "exclude it"
        ) -%}
    {%- endif -%}
    {% if not is_incremental() -%}
        do $$
        begin
            if {{ last_match() }} is not null then
                raise exception using message =
                    'enrollment_wishes is made anew from a part of the leads: '
                    || 'run dbt build --full-refresh with '
                    || '--select +enrollment_wishes';
            end if;
        end $$
    {%- endif %}
{%- endmacro %}
