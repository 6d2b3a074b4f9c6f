-- Whom the ledger has attempts of, found by hopping through its index from one
-- to the next: a person names a message or an enrolment without its tenant.
create function dispatch.ledger_tenants() returns setof uuid
language plpgsql stable parallel safe
rows 10
as $$
declare
    tenant uuid;
begin
    loop
        select attempt.user_id into tenant
        from dispatch.broadcast_messages as attempt
        where tenant is null or attempt.user_id > tenant
        order by attempt.user_id
        limit 1;
        exit when not found;
        return next tenant;
    end loop;
end
$$;

-- What failed is little of what was sent, and asked for by its class.
create index broadcast_messages_failed
on dispatch.broadcast_messages (fault_class, finished_at)
where status = 'failed';
