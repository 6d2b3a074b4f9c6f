{% macro decided_sequences() -%}
    {# The sequences of which anything was decided, one after the other from
       the index: there are few, and a million decisions. #}
    with recursive sequences as (
        (
            select
                recorded.user_id,
                recorded.sequence_id
            from {{ recorded_decisions() }} as recorded
            order by recorded.user_id asc, recorded.sequence_id asc
            limit 1
        )
        union all
        select
            next_sequence.user_id,
            next_sequence.sequence_id
        from sequences
        cross join lateral (
            select
                recorded.user_id,
                recorded.sequence_id
            from {{ recorded_decisions() }} as recorded
            where
                (recorded.user_id, recorded.sequence_id)
                > (sequences.user_id, sequences.sequence_id)
            order by recorded.user_id asc, recorded.sequence_id asc
            limit 1
        ) as next_sequence
    )

    select * from sequences
{%- endmacro %}
