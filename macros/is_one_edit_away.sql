{% macro is_one_edit_away(left_text, right_text) -%}
    {# At one place a character is put in, left out or another one: what stands
       before and behind it is the same in both. Every place is tried, so only
       of texts that are no longer than a word. #}
    case
        when
            abs(length({{ left_text }}) - length({{ right_text }})) > 1
            or length({{ left_text }}) > 100
            then false
        else exists (
            select 1
            from
                generate_series(0, length({{ left_text }}))
                    as places (place_no)
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
    end
{%- endmacro %}
