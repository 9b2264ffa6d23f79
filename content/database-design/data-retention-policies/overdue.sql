-- What should be gone and isn't, by class. Expected: no row but those that a hold explains. Read-only.
select class, rows, is_held(class, null) as held
from (
    select 'delivery' as class, count(*) as rows from webhook_events e
     where created_at < cutoff('delivery') - interval '5 days'
    union all select 'technical', count(*) from outbox where published_at < cutoff('technical') - interval '2 days'
    union all select 'idempotency', count(*) from idempotency_keys
     where created_at < cutoff('idempotency') - interval '2 days'
    union all select 'export', count(*) from exports where created_at < cutoff('export') - interval '9 days'
    union all select 'sign-in', count(*) from sign_in_attempts where occurred_at < cutoff('sign-in') - interval '2 days'
    union all select 'security', count(*) from one_time_tokens where expires_at < cutoff('security') - interval '2 days'
    union all select 'support', count(*) from support_cases where closed_at < cutoff('support') - interval '2 days'
    union all select 'account', count(*) from organisations
     where closed_at < cutoff('account') - interval '2 days' and anonymised_at is null
    union all select 'audit', count(*) from audit_log where occurred_at < cutoff('audit') - interval '2 days'
    union all select 'billing', count(*) from invoices
     where issued_on < date_trunc('year', cutoff('billing') - interval '2 days')
    union all select 'staff', count(*) from staff where ended_at < cutoff('staff') - interval '2 days'
) as found
where rows > 0
order by class;
