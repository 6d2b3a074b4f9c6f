{% macro apply_match() -%}
    {# In the transaction of enrollment_wishes: from here the next match goes
       on, unless this one saw a part of the leads. #}
    {%- if not (flags.EMPTY or flags.SAMPLE) -%}
        {{ apply_watermark(ref('lead_watermarks')) }}
    {%- endif -%}
{%- endmacro %}
