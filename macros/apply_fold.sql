{% macro apply_fold(watermarks) -%}
    {# In the transaction of sequence_contacts. Nothing where the list of this
       build was not made: the rows of the one before are folded again. What was
       folded, this run has to prove. #}
    {{ apply_watermark(watermarks, 'taken.is_listed') }};

    update {{ watermarks }} as watermarks set
        folded_by = '{{ invocation_id }}',
        schedule_oid = {{ relation_oid('fold_schedule') }}
    where watermarks.is_applied
{%- endmacro %}
