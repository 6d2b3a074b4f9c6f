with judged as (

    select * from {{ ref('int_enrollments_judged') }}

),

open_enrollments as (

    select * from {{ ref('int_enrollments_open') }}

),

-- Where one is enough, another that is open comes first
kept_out as (

    select distinct
        judged.user_id,
        judged.sequence_id,
        judged.contact_phone
    from judged
    inner join open_enrollments
        on
            judged.user_id = open_enrollments.user_id
            and judged.contact_phone = open_enrollments.contact_phone
            and judged.sequence_id <> open_enrollments.sequence_id
    where judged.own_reason is null and judged.one_open_enrollment

),

joined as (

    select
        judged.*,
        case
            when judged.own_reason is not null then judged.own_reason
            when kept_out.user_id is not null then 'open_enrolment'
        end as standing_reason
    from judged
    left join kept_out
        on
            judged.user_id = kept_out.user_id
            and judged.sequence_id = kept_out.sequence_id
            and judged.contact_phone = kept_out.contact_phone

),

-- Of several at once the first sequence comes first
numbered as (

    select
        *,
        row_number() over (
            partition by user_id, contact_phone, standing_reason is null
            order by sequence_id
        ) as candidate_no
    from joined

),

admitted as (

    select
        *,
        case
            when standing_reason is not null then standing_reason
            when one_open_enrollment and candidate_no > 1
                then 'open_enrolment'
        end as rejection_reason
    from numbered

)

select * from admitted
