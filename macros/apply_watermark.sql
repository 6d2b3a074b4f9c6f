{% macro apply_watermark() -%}
    {# In the transaction of sequence_contacts: from here the next fold goes
       on. Nothing, when this build took no watermark. #}
    update {{ ref('fold_watermarks') }} as watermarks
    set is_applied = (watermarks.invocation_id = '{{ invocation_id }}')
    where exists (
        select 1 from {{ ref('fold_watermarks') }} as taken
        where taken.invocation_id = '{{ invocation_id }}'
    )
{%- endmacro %}
