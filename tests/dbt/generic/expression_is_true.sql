{% test expression_is_true(model, expression) %}

with validation_errors as (

    select *
    from {{ model }}
    where ({{ expression }}) is not true

)

select * from validation_errors

{% endtest %}
