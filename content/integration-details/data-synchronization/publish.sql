-- Run by the worker each second. Moves at most 100 changes to the events that are delivered; several workers may run it.
with claimed as (
    select id, event_id, organisation_id, type, version, subject_version, payload, created_at
    from outbox
    where published_at is null
    order by id
    limit 100
    for update skip locked
), published as (
    insert into webhook_events (id, organisation_id, type, version, body)
    select c.event_id, c.organisation_id, c.type, c.version, convert_to(json_build_object(
               'id', c.event_id, 'type', c.type, 'version', c.version,
               'mode', case when o.sandbox_of is null then 'live' else 'test' end,
               'created_at', to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
               'organisation_id', c.organisation_id, 'object_version', c.subject_version, 'data', c.payload)::text, 'UTF8')
    from claimed c join organisations o on o.id = c.organisation_id
    on conflict (id) do nothing
)
update outbox set published_at = now() from claimed where outbox.id = claimed.id
returning outbox.event_id;
