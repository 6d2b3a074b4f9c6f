with links as (

    select * from {{ ref('sequence_decisions') }}
    where decision = 'link'

),

living as (

    {{ living_links() }}

)

select * from living
