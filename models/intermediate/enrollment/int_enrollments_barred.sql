with numbered as (

    select * from {{ ref('int_enrollments_numbered') }}

),

leads as (

    select * from {{ ref('stg_app__lead_ids') }}

),

sequences as (

    select * from {{ ref('int_sequences_opened') }}

),

-- Whoever they are and however often they ask
barred as (

    select
        numbered.user_id,
        numbered.sequence_id,
        numbered.lead_id,
        numbered.source,
        case
            when sequences.sequence_id is null then 'sequence_missing'
            else sequences.closed_reason
        end as rejection_reason
    from numbered
    left join sequences
        on
            numbered.user_id = sequences.user_id
            and numbered.sequence_id = sequences.sequence_id
    left join leads
        on
            numbered.user_id = leads.user_id
            and numbered.lead_id = leads.lead_id
    where
        (sequences.sequence_id is null or sequences.closed_reason is not null)
        and (leads.lead_id is not null or numbered.source = 'link')

)

select * from barred
