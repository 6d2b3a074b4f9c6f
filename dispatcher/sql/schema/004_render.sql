-- The text of a message. In braces stands a choice, {a|b}, whose parts may
-- hold more braces, or a placeholder, {name} or {name:what else to say}.

-- The fields that a text cannot do without, in order; null when a brace in it
-- is part of neither.
create function dispatch.placeholders(template text) returns text[]
language sql immutable parallel safe
return (
    with recursive peeled as (
        select regexp_replace(
            template, '\{[a-zA-Z_][a-zA-Z0-9_]*(:[^{}|]*)?\}', '', 'g'
        ) as rest
        union
        select regexp_replace(rest, '\{[^{}]*\|[^{}]*\}', '', 'g') from peeled
    )

    select array(
        select distinct lower(found[1]) collate "C"
        from regexp_matches(
            template, '\{([a-zA-Z_][a-zA-Z0-9_]*)\}', 'g'
        ) as found
        order by 1
    )
    from peeled
    where rest !~ '[{}]'
);

-- The text as it goes out. Choices are made from the inside out and the left
-- to the right, each by a hash of seed and number, so that every attempt says
-- the same. Values come in last: what looks like a brace in one stays as it
-- is. A placeholder without a value is left standing.
create function dispatch.render(template text, fields jsonb, seed text)
returns text
language plpgsql immutable parallel safe cost 1000
as $$
declare
    -- A group with a choice in it, and nothing deeper than placeholders
    pattern constant text :=
        '(\{((?:[^{}|]|\{[^{}|]*\})*\|(?:[^{}]|\{[^{}|]*\})*)\})';
    body text := template;
    choice_no integer := 0;
    choice text[];
    options text[];
    hash bigint;
begin
    loop
        choice := regexp_match(body, pattern);
        exit when choice is null;
        choice_no := choice_no + 1;
        options := string_to_array(choice[2], '|');
        hash := ('x' || left(md5(seed || choice_no), 8))::bit(32)::bigint;
        body := overlay(
            body placing options[1 + hash % cardinality(options)]
            from strpos(body, choice[1]) for length(choice[1])
        );
    end loop;

    return string_agg(
        part[1] || coalesce(
            fields ->> lower(part[2]), part[3], '{' || part[2] || '}', ''
        ),
        '' order by part_no
    )
    from regexp_matches(
        body, '([^{]*)(?:\{([a-zA-Z_][a-zA-Z0-9_]*)(?::([^{}|]*))?\})?', 'g'
    ) with ordinality as found (part, part_no);
end $$;
