with leads as (

    select * from {{ ref('stg_app__leads') }}

),

named as (

    {{ lead_tokens('lead_phone') }}

),

tokens as (

    select * from named
    where token <> ''

)

select * from tokens
