{% macro schedule_folds() -%}
    {# In the transaction of sequence_contacts: what time alone will change is
       found again when it has come. #}
    with times as (
        select
            step.user_id,
            step.enrollment_id,
            min(step.next_fold_at) as next_fold_at
        from {{ folded_steps() }} as step
        group by step.user_id, step.enrollment_id
    ),

    passed as (
        delete from {{ ref('fold_schedule') }} as scheduled
        using times
        where
            scheduled.user_id = times.user_id
            and scheduled.enrollment_id = times.enrollment_id
            and times.next_fold_at is null
    )

    insert into {{ ref('fold_schedule') }} as scheduled (
        user_id, enrollment_id, next_fold_at
    )
    select
        user_id,
        enrollment_id,
        next_fold_at
    from times
    where next_fold_at is not null
    on conflict (user_id, enrollment_id) do update set
        next_fold_at = excluded.next_fold_at
{%- endmacro %}
