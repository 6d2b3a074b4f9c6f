-- name: take_leases
insert into dispatch.device_leases (
    user_id, device_id, owner, epoch, expires_at
)
select
    wanted.user_id,
    wanted.device_id,
    %(owner)s,
    1,
    clock_timestamp() + make_interval(secs => %(lease_seconds)s)
from unnest(%(user_ids)s::uuid[], %(device_ids)s::uuid[])
    as wanted (user_id, device_id)
order by wanted.user_id, wanted.device_id
on conflict (user_id, device_id) do update set
    owner = excluded.owner,
    expires_at = excluded.expires_at,
    epoch = device_leases.epoch
    + (device_leases.owner is distinct from excluded.owner)::integer
where
    device_leases.owner is null
    or device_leases.owner = excluded.owner
    or device_leases.expires_at <= clock_timestamp()
returning user_id, device_id

-- name: beat
insert into dispatch.dispatchers (owner, expires_at)
values (
    %(owner)s,
    clock_timestamp() + make_interval(secs => %(lease_seconds)s)
)
on conflict (owner) do update set expires_at = excluded.expires_at

-- name: end_beat
-- Of the dead, a day later, too.
delete from dispatch.dispatchers
where
    owner = %(owner)s
    or expires_at <= clock_timestamp() - interval '1 day'

-- name: company
select
    (
        select count(*) from dispatch.dispatchers
        where expires_at > clock_timestamp()
    ) as dispatchers,
    (
        select count(*) from dispatch.device_leases
        where owner <> %(owner)s and expires_at > clock_timestamp()
    ) as leased_elsewhere

-- name: give_back_leases
update dispatch.device_leases
set owner = null, expires_at = clock_timestamp()
where
    owner = %(owner)s
    and (user_id, device_id) in (
        select given.user_id, given.device_id
        from unnest(%(user_ids)s::uuid[], %(device_ids)s::uuid[])
            as given (user_id, device_id)
    )

-- name: renew_leases
update dispatch.device_leases
set expires_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
where owner = %(owner)s and expires_at > clock_timestamp()
returning user_id, device_id

-- name: release_leases
update dispatch.device_leases
set owner = null, expires_at = clock_timestamp()
where owner = %(owner)s

-- name: lock_leases
-- First statement of a claim: concurrent claims for a device see each other.
-- Each lease is looked up for itself, always in the same order.
select lease.user_id, lease.device_id
from (
    select wanted.user_id, wanted.device_id
    from unnest(%(user_ids)s::uuid[], %(device_ids)s::uuid[])
        as wanted (user_id, device_id)
    order by wanted.user_id, wanted.device_id
) as wanted
cross join lateral (
    select lease.user_id, lease.device_id
    from dispatch.device_leases as lease
    where
        lease.user_id = wanted.user_id
        and lease.device_id = wanted.device_id
        and lease.owner = %(owner)s
        and lease.expires_at
        > clock_timestamp() + make_interval(secs => %(request_seconds)s)
    for update
) as lease

-- name: lock_own_leases
-- Waits for any claim of the same owner, which locks them first.
select user_id, device_id
from dispatch.device_leases
where owner = %(owner)s
order by user_id, device_id
for update
