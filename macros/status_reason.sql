{% macro status_reason() -%}
    case status
        when 'completed' then nullif(resolution, 'sent')
        when 'failed' then lower(fault_class)
        when 'skipped' then 'late'
        when 'sequence_failed' then coalesce(end_reason, stop_reason, 'ended')
        when 'cancelled' then exit_reason
    end
{%- endmacro %}
