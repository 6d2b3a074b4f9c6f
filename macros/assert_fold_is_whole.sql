{% macro assert_fold_is_whole() -%}
    {# Made anew, the table needs every enrolment, whatever was selected. #}
    {% if not is_incremental() -%}
        do $$
        begin
            if exists (
                select user_id, enrollment_id
                from {{ ref('sequence_enrollments') }}
                except
                select user_id, enrollment_id
                from {{ ref('enrollments_to_fold') }}
            ) then
                raise exception using message =
                    'sequence_contacts is made anew from a part of the '
                    || 'enrolments: run dbt build --full-refresh with '
                    || '--select +sequence_contacts';
            end if;
        end $$
    {%- endif %}
{%- endmacro %}
