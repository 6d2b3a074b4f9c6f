{% macro grant_wishes() -%}
    {# In the transaction of sequence_enrollments: who was enrolled for good
       wishes for it no more, and a link that was followed waits no more. #}
    delete from {{ ref('enrollment_wishes') }} as wishes
    using
        {{ this }} as enrolled,
        {{ ref('int_sequences_opened') }} as sequences
    where
        enrolled.row_xid = pg_current_xact_id()
        and enrolled.user_id = sequences.user_id
        and enrolled.sequence_id = sequences.sequence_id
        and not sequences.may_return
        and wishes.user_id = enrolled.user_id
        and wishes.sequence_id = enrolled.sequence_id
        and wishes.contact_phone = enrolled.contact_phone;
    delete from {{ ref('enrollment_links') }} as links
    using {{ this }} as enrolled
    where
        enrolled.row_xid = pg_current_xact_id()
        and links.user_id = enrolled.user_id
        and links.target_sequence_id = enrolled.sequence_id
        and links.contact_phone = enrolled.contact_phone
{%- endmacro %}
