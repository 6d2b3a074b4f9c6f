-- What else a person may ask for: to pause a tenant, a device or a sequence,
-- to settle an attempt, to try something again.
alter table dispatch.operator_requests
drop constraint kind_is_known,
drop constraint request_names_its_target,
add constraint kind_is_known check (
    kind in ('pause', 'resume', 'void', 'reassign', 'settle', 'retry')
),
add constraint request_names_its_target check (
    target is not null or kind in ('pause', 'resume')
),
add constraint target_is_of_a_tenant check (
    target is null or user_id is not null
);

-- Asked for every device and every sequence that may send.
create index operator_requests_switches
on dispatch.operator_requests (user_id, target, id desc)
where kind in ('pause', 'resume');

-- Asked for every content that a gateway refused.
create index operator_requests_retries
on dispatch.operator_requests (user_id)
where kind = 'retry';
