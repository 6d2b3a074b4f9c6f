{% test expression_is_true(model, expression, of_folded=false) %}

with validation_errors as (

    select *
    from {{ model }}
    where
        ({{ expression }}) is not true
        and {{ is_folded() if of_folded else "true" }}

)

select * from validation_errors

{% endtest %}
