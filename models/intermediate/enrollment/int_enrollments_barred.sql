with numbered as (

    select * from {{ ref('int_enrollments_numbered') }}
    where closed_reason is not null

),

leads as (

    select * from {{ ref('stg_app__lead_ids') }}

),

-- Whoever they are and however often they ask
barred as (

    select
        numbered.user_id,
        numbered.sequence_id,
        numbered.lead_id,
        numbered.source,
        numbered.closed_reason as rejection_reason
    from numbered
    left join leads
        on
            numbered.user_id = leads.user_id
            and numbered.lead_id = leads.lead_id
    where leads.lead_id is not null or numbered.source = 'link'

)

select * from barred
