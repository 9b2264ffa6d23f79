-- All data of one client, a JSON object a row, as portal_app in its context: what row-level security hides can't get
-- into the file. Nothing here names the client a second time.
--   psql -U portal_app -X -At -v ON_ERROR_STOP=1 -v client=UUID -f export.sql > client.jsonl
begin read only isolation level repeatable read;  -- one moment for all tables
set local statement_timeout = '10min';
set local app.organisation_id = :'client';

-- ANCHOR: rows
select jsonb_build_object('table', name, 'row', jsonb_strip_nulls(row)
    - '{digest,secret,previous_secret,data_key_id,provider_ref,detail_digest,previous_hash,hash,leased_until}'::text[])
from (
    select 1 as place, 'organisations' as name, to_jsonb(o) as row from organisations o
    union all select 2, 'users', to_jsonb(u)
        from (select id, email, full_name, locale, timezone, created_at from users) u
    union all select 3, 'members', to_jsonb(m) from members m
    union all select 4, 'invitations', to_jsonb(i) from invitations i
    union all select 5, 'subscriptions', to_jsonb(s) from subscriptions s
    union all select 6, 'usage_daily', to_jsonb(u) from usage_daily u
    union all select 7, 'projects', to_jsonb(p) from projects p
    union all select 8, 'invoices', to_jsonb(i) from invoices i
    union all select 9, 'invoice_lines', to_jsonb(l) from invoice_lines l
    union all select 10, 'payments', to_jsonb(p) from payments p
    union all select 11, 'credit_notes', to_jsonb(c) from credit_notes c
    union all select 12, 'payment_methods', to_jsonb(p) from payment_methods p
    union all select 13, 'api_keys', to_jsonb(k) from api_keys k
    union all select 14, 'webhook_endpoints', to_jsonb(e) from webhook_endpoints e
    union all select 15, 'webhook_events', to_jsonb(e) from webhook_events e
    union all select 16, 'webhook_deliveries', to_jsonb(d) from webhook_deliveries d
    union all select 17, 'webhook_attempts', to_jsonb(a) from webhook_attempts a
    union all select 18, 'support_cases', to_jsonb(c) from support_cases c
    union all select 19, 'audit_log', to_jsonb(a) from audit_log a
) as rows
order by place, row->>'created_at', row->>'id';
-- ANCHOR_END: rows
commit;
