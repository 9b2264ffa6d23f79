-- Fills a fresh database (schema.sql, seed.sql) so that plans look as in production: 50,000 invoices, 60,000
-- deliveries.
insert into organisations (id, slug, name, legal_name, country, address, billing_email)
select ('20000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'client-' || n, 'Client ' || n,
       'Client ' || n || ' Ltd', 'IE', 'x', 'c' || n || '@client.example'
from generate_series(1, 50) n;
insert into invoices (organisation_id, created_at)
select ('20000000-0000-4000-8000-' || lpad((n % 50 + 1)::text, 12, '0'))::uuid,
       timestamptz '2026-11-01 00:00Z' - n * interval '10 minutes'
from generate_series(1, 50000) n;
insert into data_keys (id, organisation_id, purpose, kek_version, wrapped)
values ('21000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', 'webhook-secret', '1', '\x00');
insert into webhook_endpoints (id, organisation_id, url, event_types, data_key_id, secret)
values ('22000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
        'https://hooks.client.example/', '{}', '21000000-0000-4000-8000-000000000001', '\x00');
insert into webhook_events (id, organisation_id, type, version, body)
values ('23000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', 'webhook.ping', 1, '{}');
-- Of a queue nearly everything is done.
insert into webhook_deliveries (organisation_id, endpoint_id, event_id, state, due_at, ended_at)
select '20000000-0000-4000-8000-000000000001', '22000000-0000-4000-8000-000000000001',
       '23000000-0000-4000-8000-000000000001', case when n % 600 = 0 then 'pending' else 'delivered' end,
       timestamptz '2026-11-01 00:00Z' - n * interval '1 minute',
       case when n % 600 = 0 then null else timestamptz '2026-11-01 00:00Z' end
from generate_series(1, 60000) n;
analyze;
