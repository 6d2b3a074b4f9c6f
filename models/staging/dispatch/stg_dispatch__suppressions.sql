with suppressions as (

    select * from {{ source('dispatch', 'suppressions') }}

),

-- One row per contact that ever opted out
summarised as (

    select
        user_id,
        phone as contact_phone,
        (array_agg(kind order by id desc))[1] = 'opt_out' as is_opted_out,
        max(occurred_at) filter (where kind = 'opt_out') as last_opt_out_at
    from suppressions
    group by user_id, phone

)

select * from summarised
