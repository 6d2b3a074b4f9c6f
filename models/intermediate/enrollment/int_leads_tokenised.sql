with leads as (

    select * from {{ ref('stg_app__leads') }}

),

tokens as (

    {{ lead_tokens() }}

)

select * from tokens
