{% macro assert_match_is_whole() -%}
    {# A table that is made anew needs every lead, whatever was selected. #}
    {{- assert_input_is_whole() -}}
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
