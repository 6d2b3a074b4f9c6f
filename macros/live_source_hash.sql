{% macro live_source_hash() -%}
    {# The CRM's row of a pinned step moves on without its contacts: as the last
       build saw it, null where it saw none. Not joined, for it is rarely
       asked. #}
    case
        when
            (
                select defined.on_edit
                from defined
                where
                    defined.user_id = steps.user_id
                    and defined.sequence_id = steps.sequence_id
            ) = 'pin'
            then (
                select seen.source_hash
                from defined
                inner join definitions as seen
                    on
                        defined.user_id = seen.user_id
                        and defined.definition_hash = seen.definition_hash
                where
                    defined.user_id = steps.user_id
                    and defined.sequence_id = steps.sequence_id
                    and seen.sequence_stepid = steps.sequence_stepid
            )
        else definitions.source_hash
    end
{%- endmacro %}
