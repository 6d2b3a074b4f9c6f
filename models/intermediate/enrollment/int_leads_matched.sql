-- Whoever names a sequence twice is one who names it
with named as (

    select distinct * from {{ ref('int_leads_named') }}

)

select * from named
