with unsendable as (

    select * from {{ ref('int_steps_unsendable') }}

),

numbered as (

    select
        *,
        count(enrollment_id) over alike as contact_count,
        row_number() over alike as row_no
    from unsendable
    window alike as (partition by user_id, subject_id, content_hold)

),

described as (

    select
        user_id,
        subject_id,
        count(enrollment_id) as affected_count,
        null::numeric as share,
        array_remove(
            (array_agg(enrollment_id::text order by enrollment_id))[1:3], null
        ) as example_keys,
        format(
            '%s cannot be sent, %s contacts wait: %s',
            min(step_label), count(enrollment_id),
            string_agg(
                concat_ws(' ', nullif(contact_count, 0), content_hold),
                ', ' order by content_hold
            ) filter (where row_no = 1)
        ) as explanation,
        min(cure) as cure
    from numbered
    group by user_id, subject_id

)

select * from described
