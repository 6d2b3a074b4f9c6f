{% macro apply_match() -%}
    {# In the transaction of enrollment_wishes: from here the next match goes
       on, so what else goes by this one has to be there. #}
    {%- do ref('enrollment_links') -%}
    {{ apply_watermark(ref('lead_watermarks')) }}
{%- endmacro %}
