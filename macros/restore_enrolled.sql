{% macro restore_enrolled() -%}
    {# Where a part of the memory was lost, and somebody says to go on with what
       is left. Who is enrolled without a decision is so by one again, before
       anything else is decided; a decision without an enrolment is none, so
       that the contact can be enrolled anew, as what else is decided of them
       says. #}
    {%- set enrolled = load_relation(
        this.incorporate(path={"identifier": "sequence_enrollments"})
    ) if execute and var("accept_lost_memory") and is_incremental() -%}
    {%- if enrolled %}
        delete from {{ this }} as decisions
        where
            decisions.decision = 'enrolled'
            and not exists (
                select 1 from {{ enrolled }} as enrolled
                where
                    enrolled.user_id = decisions.user_id
                    and enrolled.enrollment_id = decisions.enrollment_id
            );
        {{ insert_enrolled(this, enrolled) }}
    {%- endif -%}
{%- endmacro %}
