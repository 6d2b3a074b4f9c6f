{% test unique_combination(model, columns, of_folded=false) %}

with validation_errors as (

    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    where {{ is_folded() if of_folded else "true" }}
    group by {{ columns | join(', ') }}
    having count(*) > 1

)

select * from validation_errors

{% endtest %}
