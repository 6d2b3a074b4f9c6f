with tokens as (

    select * from {{ ref('int_leads_tokenised') }}

),

leads as (

    select * from {{ ref('stg_app__sought_leads') }}

),

sequences as (

    select * from {{ ref('int_sequences_entered') }}

),

matched as (

    {{ lead_matches() }}

)

select * from matched
