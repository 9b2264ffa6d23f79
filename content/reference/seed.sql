-- Invented data of two clients, at least one row a table, for development and tests. Runs after schema.sql, in one
-- transaction.
-- Ids tell what they belong to: the first digits name the table, the last one the client (a or b).

insert into organisations (id, slug, name, legal_name, country, address, vat_id, billing_email) values
    ('00000000-0000-4000-8000-00000000000a', 'example-foods', 'Example Foods', 'Example Foods Ltd', 'IE',
     '2 Example Street, Cork', 'IE7654321AB', 'accounts@foods.example'),
    ('00000000-0000-4000-8000-00000000000b', 'north-quay', 'North Quay', 'North Quay GmbH', 'DE',
     'Beispielweg 3, Hamburg', 'DE123456789', 'buchhaltung@northquay.example');
insert into organisations (id, slug, name, legal_name, country, address, billing_email, sandbox_of) values
    ('00000000-0000-4000-8000-0000000000aa', 'example-foods-test', 'Example Foods (test)', 'Example Foods Ltd', 'IE',
     '2 Example Street, Cork', 'accounts@foods.example', '00000000-0000-4000-8000-00000000000a');

insert into users (id, email, full_name, password_hash, email_verified_at) values
    ('01000000-0000-4000-8000-00000000000a', 'aoife@foods.example', 'Aoife Example', null, now()),
    ('01100000-0000-4000-8000-00000000000a', 'marc@foods.example', 'Marc Example', 'scrypt$17$8$1$c2FsdA$aGFzaA', now()),
    ('01000000-0000-4000-8000-00000000000b', 'jana@northquay.example', 'Jana Beispiel', null, now());
insert into members (id, organisation_id, user_id, role) values
    ('02000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a',
     '01000000-0000-4000-8000-00000000000a', 'owner'),
    ('02100000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a',
     '01100000-0000-4000-8000-00000000000a', 'member'),
    ('02000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b',
     '01000000-0000-4000-8000-00000000000b', 'owner');
insert into invitations (id, organisation_id, email, role, digest, invited_by, expires_at) values
    ('03000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 'lena@foods.example', 'billing',
     sha256('invitation a'), '01000000-0000-4000-8000-00000000000a', now() + interval '7 days');

insert into staff (id, email, full_name, role) values
    ('04000000-0000-4000-8000-000000000001', 'sam@harbourline.example', 'Sam Support', 'support-agent'),
    ('04000000-0000-4000-8000-000000000002', 'eve@harbourline.example', 'Eve Engineer', 'engineer'),
    ('04000000-0000-4000-8000-000000000003', 'gus@harbourline.example', 'Gus Guard', 'security-admin');
insert into support_cases (id, organisation_id, subject, priority, opened_by, assigned_to) values
    ('05000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 'Webhooks come twice', 'P3',
     '01000000-0000-4000-8000-00000000000a', '04000000-0000-4000-8000-000000000001');

insert into sessions (id, user_id, digest, factors, address, user_agent, expires_at) values
    ('06000000-0000-4000-8000-00000000000a', '01000000-0000-4000-8000-00000000000a', sha256('session a'), 'passkey',
     '192.0.2.10', 'Example/1.0', now() + interval '12 hours'),
    ('06000000-0000-4000-8000-00000000000b', '01000000-0000-4000-8000-00000000000b', sha256('session b'), 'passkey',
     '198.51.100.7', 'Example/1.0', now() + interval '12 hours');
insert into one_time_tokens (id, user_id, purpose, digest, email, expires_at) values
    ('07000000-0000-4000-8000-00000000000a', '01100000-0000-4000-8000-00000000000a', 'password-reset',
     sha256('token a'), 'marc@foods.example', now() + interval '30 minutes');
insert into passkeys (id, user_id, credential_id, public_key, label) values
    ('08000000-0000-4000-8000-00000000000a', '01000000-0000-4000-8000-00000000000a', sha256('passkey a'), '\xa5', 'Laptop');
insert into data_keys (id, organisation_id, purpose, kek_version, wrapped) values
    ('09000000-0000-4000-8000-000000000001', null, 'totp-seed', '1', '\x00'),
    ('09000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 'webhook-secret', '1', '\x00'),
    ('09000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b', 'webhook-secret', '1', '\x00');
insert into totp_seeds (user_id, data_key_id, ciphertext, confirmed_at) values
    ('01100000-0000-4000-8000-00000000000a', '09000000-0000-4000-8000-000000000001', '\x00', now());
insert into recovery_codes (id, user_id, code_hash) values
    ('0a000000-0000-4000-8000-00000000000a', '01100000-0000-4000-8000-00000000000a', 'scrypt$17$8$1$c2FsdA$aGFzaA');
insert into sign_in_attempts (email_hash, address, outcome) values
    (sha256('marc@foods.example'), '192.0.2.10', 'wrong-password'), (sha256('marc@foods.example'), '192.0.2.10', 'success');

insert into api_keys (id, organisation_id, created_by, label, mode, hint, digest, scopes, created_at, expires_at) values
    ('0b000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a',
     '01000000-0000-4000-8000-00000000000a', 'Ledger export', 'live', 'Kx7Q', sha256('key a'), '{invoices:read}',
     now(), now() + interval '8760 hours'),
    ('0b000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b',
     '01000000-0000-4000-8000-00000000000b', 'ERP', 'live', 'Pq2Z', sha256('key b'), '{invoices:read}',
     now(), now() + interval '8760 hours');

insert into subscriptions (id, organisation_id, plan_id, period_start, period_end) values
    ('0c000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 'team', '2026-11-01 00:00Z', '2026-12-01 00:00Z'),
    ('0c000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b', 'business', '2026-11-01 00:00Z', '2026-12-01 00:00Z');
insert into usage_daily values ('00000000-0000-4000-8000-00000000000a', '2026-11-24', 3120),
    ('00000000-0000-4000-8000-00000000000b', '2026-11-24', 11400);
insert into projects (id, organisation_id, name, stage, budget_minor, starts_on, due_on, approved_by, approved_at) values
    ('0d000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 'Ledger connector', 'in_progress',
     1200000, '2026-11-02', '2027-01-29', '01000000-0000-4000-8000-00000000000a', '2026-10-28 10:00Z'),
    ('0d000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b', 'Data import', 'proposed',
     450000, null, null, null, null);

-- A draft, its line, then its number: the order in which an invoice is issued.
insert into invoices (id, organisation_id, subscription_id, net_minor, tax_minor) values
    ('0e000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a',
     '0c000000-0000-4000-8000-00000000000a', 14900, 3427),
    ('0e000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b',
     '0c000000-0000-4000-8000-00000000000b', 49900, 0),
    ('0e100000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', null, 0, 0);
insert into invoice_lines (id, invoice_id, organisation_id, position, description, unit_minor, net_minor, tax_rate, tax_minor, tax_category) values
    ('0f000000-0000-4000-8000-00000000000a', '0e000000-0000-4000-8000-00000000000a',
     '00000000-0000-4000-8000-00000000000a', 1, 'Plan team, November 2026', 14900, 14900, 23, 3427, 'S'),
    ('0f000000-0000-4000-8000-00000000000b', '0e000000-0000-4000-8000-00000000000b',
     '00000000-0000-4000-8000-00000000000b', 1, 'Plan business, November 2026', 49900, 49900, 0, 0, 'AE');
update invoices set status = 'open', number = next_number('INV-2026'), issued_on = '2026-11-01', due_on = '2026-11-15',
    buyer = '{"name": "Example Foods Ltd", "vat_id": "IE7654321AB"}' where id = '0e000000-0000-4000-8000-00000000000a';
update invoices set status = 'open', number = next_number('INV-2026'), issued_on = '2026-11-01', due_on = '2026-11-15',
    buyer = '{"name": "North Quay GmbH", "vat_id": "DE123456789"}' where id = '0e000000-0000-4000-8000-00000000000b';
insert into payments (id, organisation_id, invoice_id, provider_ref, method, amount_minor, status) values
    ('10000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a',
     '0e000000-0000-4000-8000-00000000000a', 'pay_example_1', 'card', 18327, 'succeeded');
update invoices set status = 'paid', paid_at = '2026-11-03 09:30Z' where id = '0e000000-0000-4000-8000-00000000000a';
insert into credit_notes (id, organisation_id, invoice_id, number, reason, net_minor, tax_minor, issued_on) values
    ('11000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a',
     '0e000000-0000-4000-8000-00000000000a', next_number('CN-2026'), 'service-credit', 1490, 343, '2026-11-20');
insert into payment_methods (id, organisation_id, provider_ref, method, hint, is_default) values
    ('12000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 'pm_example_1', 'card', '4242', true);

insert into webhook_endpoints (id, organisation_id, url, event_types, data_key_id, secret) values
    ('13000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 'https://hooks.foods.example/billing',
     '{invoice.paid}', '09000000-0000-4000-8000-00000000000a', '\x00'),
    ('13000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b', 'https://hooks.northquay.example/in',
     '{}', '09000000-0000-4000-8000-00000000000b', '\x00');
insert into webhook_events (id, organisation_id, type, version, body) values
    ('14000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 'invoice.paid', 1, '{}'),
    ('14000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b', 'invoice.created', 1, '{}');
insert into webhook_deliveries (id, organisation_id, endpoint_id, event_id, state, attempts, last_outcome) values
    ('15000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a',
     '13000000-0000-4000-8000-00000000000a', '14000000-0000-4000-8000-00000000000a', 'pending', 1, 'HTTP 500'),
    ('15000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b',
     '13000000-0000-4000-8000-00000000000b', '14000000-0000-4000-8000-00000000000b', 'pending', 0, null);
insert into webhook_attempts values ('15000000-0000-4000-8000-00000000000a', 1, now(), 120, 'HTTP 500');

insert into outbox (organisation_id, type, version, subject_id, subject_version, payload) values
    ('00000000-0000-4000-8000-00000000000a', 'invoice.paid', 1, '0e000000-0000-4000-8000-00000000000a', 3, '{}');
insert into idempotency_keys (organisation_id, key, operation, request_digest) values
    ('00000000-0000-4000-8000-00000000000a', '5f0c2a54-51b5-4f0b-8f5e-2f3f6f1f9b11', 'payInvoice', sha256('request'));
insert into exports (id, organisation_id, requested_by, content) values
    ('16000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a',
     '01000000-0000-4000-8000-00000000000a', 'invoices');
insert into legal_holds (id, organisation_id, data_class, reason, placed_by, review_on) values
    ('17000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b', 'support',
     'Dispute over the invoice of October', 'legal', current_date + 90);
insert into purge_runs (data_class, cutoff, removed, held) values ('delivery', now() - interval '30 days', 0, 0);
insert into schema_migrations (version, name, checksum) values ('0001', 'start', repeat('0', 64));
insert into audit_log (organisation_id, actor, action, target, detail) values
    ('00000000-0000-4000-8000-00000000000a', 'user:01000000-0000-4000-8000-00000000000a', 'api_key.created',
     'api_key:0b000000-0000-4000-8000-00000000000a', '{"hint": "Kx7Q", "mode": "live"}'),
    ('00000000-0000-4000-8000-00000000000b', 'system:billing', 'invoice.issued',
     'invoice:0e000000-0000-4000-8000-00000000000b', '{}');
