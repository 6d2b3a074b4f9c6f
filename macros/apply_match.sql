{% macro apply_match() -%}
    {# In the transaction of enrollment_wishes: from here the next match goes
       on. #}
    {{ apply_watermark(ref('lead_watermarks')) }}
{%- endmacro %}
