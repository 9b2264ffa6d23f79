-- Each pair asks the same question twice: as it was found, and as it is now.

-- name: page slow
select id, created_at from invoices
where organisation_id = '20000000-0000-4000-8000-000000000007'
order by created_at desc, id desc offset 900 limit 25;

-- name: page fast
select id, created_at from invoices
where organisation_id = '20000000-0000-4000-8000-000000000007'
  and (created_at, id) < (timestamptz '2025-12-23 19:20Z', '00000000-0000-0000-0000-000000000000')
order by created_at desc, id desc limit 25;

-- name: day slow
select count(*) from invoices
where organisation_id = '20000000-0000-4000-8000-000000000007'
  and (created_at at time zone 'Europe/Dublin')::date = '2026-10-20';

-- name: day fast
select count(*) from invoices
where organisation_id = '20000000-0000-4000-8000-000000000007'
  and created_at >= timestamp '2026-10-20 00:00' at time zone 'Europe/Dublin'
  and created_at < timestamp '2026-10-21 00:00' at time zone 'Europe/Dublin';

-- name: queue slow
select id from webhook_deliveries
where state not in ('delivered', 'dead') and due_at <= timestamptz '2026-11-02 00:00Z'
order by due_at limit 50;

-- name: queue fast
select id from webhook_deliveries
where state = 'pending' and due_at <= timestamptz '2026-11-02 00:00Z'
order by due_at limit 50;

-- name: email slow
select id from users where email ilike 'Marc@foods.example';

-- name: email fast
select id from users where lower(email) = lower('Marc@foods.example');

-- name: latest slow
select o.id, (select max(i.created_at) from invoices i where i.organisation_id::text = o.id::text) as latest
from organisations o where o.slug like 'client-1%' order by o.id;

-- name: latest fast
select o.id, i.created_at as latest
from organisations o
left join lateral (select created_at from invoices where organisation_id = o.id
                   order by created_at desc, id desc limit 1) i on true
where o.slug like 'client-1%' order by o.id;
