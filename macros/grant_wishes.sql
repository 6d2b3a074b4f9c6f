{% macro grant_wishes() -%}
    {# In the transaction of sequence_enrollments: who was enrolled for good
       wishes for it no more. #}
    delete from {{ ref('enrollment_wishes') }} as wishes
    using {{ this }} as enrolled
    where
        enrolled.row_xid = pg_current_xact_id()
        and wishes.user_id = enrolled.user_id
        and wishes.sequence_id = enrolled.sequence_id
        and wishes.contact_phone = enrolled.contact_phone
        and not wishes.may_return
{%- endmacro %}
