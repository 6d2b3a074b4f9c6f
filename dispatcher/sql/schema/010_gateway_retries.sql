-- A gateway is everybody's, so whoever asks for it names no tenant.
alter table dispatch.operator_requests
drop constraint target_is_of_a_tenant,
add constraint target_is_of_a_tenant check (
    target is null or user_id is not null or target ? 'gateway'
);

-- When what failed so often before, in a row, may be asked again.
create function dispatch.rests_until(
    first_seconds double precision,
    longest_seconds double precision,
    failures integer
) returns timestamptz
language sql stable parallel safe
return dispatch.now_utc() + make_interval(
    secs => dispatch.cool_down(first_seconds, longest_seconds, failures)
);
