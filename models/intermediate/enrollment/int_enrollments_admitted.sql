with judged as (

    select * from {{ ref('int_enrollments_judged') }}

),

open_enrollments as (

    select * from {{ ref('int_enrollments_open') }}

),

taken as (

    select
        user_id,
        contact_phone,
        sequence_id,
        true as is_open
    from open_enrollments
    union all
    select
        user_id,
        contact_phone,
        sequence_id,
        false as is_open
    from judged
    where own_reason is null

),

-- Where one is enough, another that is open comes first, and of several at
-- once the first sequence
kept_out as (

    select distinct
        judged.user_id,
        judged.sequence_id,
        judged.contact_phone
    from judged
    inner join taken
        on
            judged.user_id = taken.user_id
            and judged.contact_phone = taken.contact_phone
            and case
                when taken.is_open then judged.sequence_id <> taken.sequence_id
                else judged.sequence_id > taken.sequence_id
            end
    where judged.own_reason is null and judged.one_open_enrollment

),

admitted as (

    select
        judged.*,
        case
            when judged.own_reason is not null then judged.own_reason
            when kept_out.user_id is not null then 'open_enrolment'
        end as rejection_reason
    from judged
    left join kept_out
        on
            judged.user_id = kept_out.user_id
            and judged.sequence_id = kept_out.sequence_id
            and judged.contact_phone = kept_out.contact_phone

)

select * from admitted
