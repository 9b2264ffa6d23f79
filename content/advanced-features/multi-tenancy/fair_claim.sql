-- The deliveries that a worker takes next: at most `slots` at once for all workers, at most `share` of them for one
-- client, and clients in turn, so that 50,000 of one are never ahead of the first of another. As portal_worker.
create or replace function claim_deliveries(slots integer, share integer, lease interval)
returns setof webhook_deliveries language sql as $$
    select pg_advisory_xact_lock(20204);  -- one claim at a time: two would each count the same free slots
    with busy as (
        select organisation_id, count(*) as n from webhook_deliveries
        where state = 'pending' and leased_until > now() group by organisation_id
    ), waiting as (
        select d.id, d.due_at, coalesce(b.n, 0) + row_number() over (partition by d.organisation_id
                                                                     order by d.due_at, d.id) as turn
        from webhook_deliveries d left join busy b using (organisation_id)
        where d.state = 'pending' and d.due_at <= now() and (d.leased_until is null or d.leased_until <= now())
    ), chosen as (
        select id from waiting where turn <= share order by turn, due_at, id
        limit greatest(slots - (select coalesce(sum(n), 0) from busy), 0)
    )
    update webhook_deliveries d set leased_until = now() + lease from chosen where d.id = chosen.id returning d.*
$$;
revoke execute on function claim_deliveries(integer, integer, interval) from public;
grant execute on function claim_deliveries(integer, integer, interval) to portal_worker;
