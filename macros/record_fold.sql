{% macro record_fold(contacts) -%}
    {# In the transaction of sequence_contacts: decided with it, or not. #}
    {{ record_exits() }};
    {{ record_skips() }};
    {{ record_assumptions() }};
    {{ record_links() }};
    {{ await_links() }};
    {{ record_endings() }};
    {{ note_newest_decision(
        ref('sequence_decisions'), var('accept_lost_memory')
    ) }};
    {{ schedule_folds() }};
    {{ apply_fold(ref('fold_watermarks')) }};
    {{ index_active_steps(contacts) }};
    {{ analyze_if_grown(contacts) }}
{%- endmacro %}
