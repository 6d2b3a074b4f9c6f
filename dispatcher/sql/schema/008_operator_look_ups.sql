-- Whom the ledger has attempts of, found by hopping through its index from one
-- to the next: a person names a message or an enrolment without its tenant.
create view dispatch.ledger_tenants as
with recursive tenants as (
    (
        select attempt.user_id
        from dispatch.broadcast_messages as attempt
        order by attempt.user_id
        limit 1
    )
    union all
    select following.user_id
    from tenants
    cross join lateral (
        select attempt.user_id
        from dispatch.broadcast_messages as attempt
        where attempt.user_id > tenants.user_id
        order by attempt.user_id
        limit 1
    ) as following
)

select user_id from tenants;

-- What failed is little of what was sent, and asked for by its class.
create index broadcast_messages_failed
on dispatch.broadcast_messages (fault_class, finished_at)
where status = 'failed';
