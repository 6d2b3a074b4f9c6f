{% macro next_fold_at() -%}
    case
        when resolution = 'waiting' and on_unknown = 'hold' then null
        when waits then aimed_at
        when is_late and not is_skipped_now then first_sendable_at
    end
{%- endmacro %}
