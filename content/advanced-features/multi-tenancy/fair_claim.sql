-- The deliveries that a worker takes next: at most `slots` at once for all workers, `share` of them for one client and
-- `per_endpoint` for one endpoint, and clients in turn, so that 50,000 of one are never ahead of the first of another.
-- As portal_worker. Slots and shares are those of shares.csv, `per_endpoint` and `lease` those of delivery.yaml.
create or replace function claim_deliveries(slots integer, share integer, per_endpoint integer, lease interval)
returns setof webhook_deliveries language sql as $$
    select pg_advisory_xact_lock(20204);  -- one claim at a time: two would each count the same free slots
    with busy as (
        select organisation_id, endpoint_id from webhook_deliveries where state = 'pending' and leased_until > now()
    ), open as (
        select d.id, d.organisation_id, d.due_at, row_number() over (partition by d.endpoint_id order by d.due_at, d.id)
            + (select count(*) from busy b where b.endpoint_id = e.id) as place
        from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
        where d.state = 'pending' and d.due_at <= now() and (d.leased_until is null or d.leased_until <= now())
          and e.disabled_at is null and (e.not_before is null or e.not_before <= now())
    ), waiting as (
        select o.id, o.due_at, row_number() over (partition by o.organisation_id order by o.due_at, o.id)
            + (select count(*) from busy b where b.organisation_id = o.organisation_id) as turn
        from open o where place <= per_endpoint
    ), chosen as (
        select id from waiting where turn <= share order by turn, due_at, id
        limit greatest(slots - (select count(*) from busy), 0)
    ), free as (
        select d.id from webhook_deliveries d join chosen using (id) for update of d skip locked
    )
    update webhook_deliveries d set leased_until = now() + lease from free where d.id = free.id returning d.*
$$;
revoke execute on function claim_deliveries(integer, integer, integer, interval) from public;
grant execute on function claim_deliveries(integer, integer, integer, interval) to portal_worker;
