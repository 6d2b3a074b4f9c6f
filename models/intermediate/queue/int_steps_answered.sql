with steps as (

    select * from {{ ref('int_steps_observed') }}

),

opt_outs as (

    select * from {{ ref('stg_dispatch__suppressions') }}

),

replies as (

    select * from {{ ref('stg_dispatch__inbound_messages') }}

),

-- What the contact said counts before any build has seen it. Who opted out
-- since the enrolment is out of it, also after opting in again.
answered as (

    select
        steps.*,
        case
            when
                exists (
                    select 1 from opt_outs
                    where
                        opt_outs.user_id = steps.user_id
                        and opt_outs.contact_phone = steps.contact_phone
                        and (
                            opt_outs.is_opted_out
                            or opt_outs.last_opt_out_at >= steps.enrolled_at
                        )
                )
                then 'opted_out'
            when
                steps.on_reply = 'exit'
                and exists (
                    select 1 from replies
                    where
                        replies.user_id = steps.user_id
                        and replies.contact_phone = steps.contact_phone
                        and replies.occurred_at >= steps.enrolled_at
                )
                then 'replied'
        end as contact_hold
    from steps

)

select * from answered
