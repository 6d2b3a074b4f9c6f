{% macro is_one_edit_away(left_text, right_text) -%}
    {# At one place a character is put in, left out or another one: what stands
       before and behind it is the same in both. #}
    exists (
        select 1
        from
            generate_series(
                0, greatest(length({{ left_text }}), length({{ right_text }}))
            ) as places (place_no)
        where
            left({{ left_text }}, places.place_no)
            = left({{ right_text }}, places.place_no)
            and (
                substr({{ left_text }}, places.place_no + 2)
                = substr({{ right_text }}, places.place_no + 2)
                or substr({{ left_text }}, places.place_no + 2)
                = substr({{ right_text }}, places.place_no + 1)
                or substr({{ left_text }}, places.place_no + 1)
                = substr({{ right_text }}, places.place_no + 2)
            )
    )
{%- endmacro %}
