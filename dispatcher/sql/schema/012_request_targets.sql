-- What a request is about can be read, or no build could go on: neither that of
-- the tenant who wrote it down nor that of any other.
create function dispatch.is_uuid(written text) returns boolean
language sql immutable parallel safe
return written is null
or written ~* '^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$';

alter table dispatch.operator_requests
add constraint target_can_be_read check (
    dispatch.is_uuid(target ->> 'enrollment_id')
    and dispatch.is_uuid(target ->> 'sequence_stepid')
    and dispatch.is_uuid(target ->> 'device_id')
    and dispatch.is_uuid(target ->> 'sequence_id')
    and dispatch.is_uuid(target ->> 'from_device_id')
    and dispatch.is_uuid(target ->> 'to_device_id')
    and coalesce(target ->> 'attempt_no' ~ '^[0-9]{1,9}$', true)
);
