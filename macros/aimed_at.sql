{% macro aimed_at() -%}
    case resolution
        when 'waiting' then grace_until
        when 'awaiting' then receipt_until
        when 'resend' then grace_until
        when 'retry' then retry_at
        else next_due_at
    end
{%- endmacro %}
