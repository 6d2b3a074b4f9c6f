{% macro lead_matches(phone) -%}
    {# The query's leads, or their tokens, with the sequences they name, as
       often as they do. By the whole token, or anywhere in what the CRM has,
       in the same tenant. #}
    select
        tokens.user_id,
        tokens.lead_key,
        tokens.lead_id,
        {{ phone }} as contact_phone,
        sequences.sequence_id,
        sequences.may_return
    from tokens
    inner join sequences
        on
            tokens.user_id = sequences.user_id
            and tokens.token = sequences.entry_trigger
    where sequences.trigger_match = 'exact'
    union all
    select
        leads.user_id,
        leads.lead_key,
        leads.lead_id,
        leads.contact_phone,
        sequences.sequence_id,
        sequences.may_return
    from leads
    inner join sequences
        on
            leads.user_id = sequences.user_id
            and position(
                sequences.entry_trigger in lower(leads.lead_trigger)
            ) > 0
    where sequences.trigger_match = 'contains'
{%- endmacro %}
