-- Who is through is in the next sequence or waits for it: a link that did
-- neither would end a chain without a reason. Of the enrolments that this build
-- folded, once it did.
-- depends_on: {{ ref('sequence_contacts') }}
with unfollowed as (

    select * from {{ ref('int_links_unfollowed') }}
    where {{ is_folded() }}

),

waiting as (

    select * from {{ ref('enrollment_links') }}

),

lost as (

    select
        unfollowed.user_id,
        unfollowed.enrollment_id,
        unfollowed.target_sequence_id
    from unfollowed
    where not exists (
        select 1 from waiting
        where
            waiting.user_id = unfollowed.user_id
            and waiting.enrollment_id = unfollowed.enrollment_id
    )

)

select * from lost
