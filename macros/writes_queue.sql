{% macro writes_queue() %}
    {%- set selected = namespace(writes=false) -%}
    {%- if flags.WHICH in ["build", "run", "seed", "retry", "clone"] -%}
        {%- for unique_id in queue_path() if unique_id in selected_resources -%}
            {%- set selected.writes = true -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(selected.writes) }}
{% endmacro %}
