-- Deletes what is past its period. The daily job calls, as portal_purge: select * from retention_purge();
-- A second call finds nothing more. The days are those of data-classes.csv; a test compares them.

-- ANCHOR: helpers
-- How long each class is kept. The clock that starts it is in the statement that deletes.
create or replace function retention_days(class text) returns integer language sql immutable as $$
    select case class
        when 'account' then 60 when 'audit' then 730 when 'billing' then 2192 when 'delivery' then 30
        when 'export' then 7 when 'idempotency' then 1 when 'project' then 60 when 'record' then 2192
        when 'security' then 60 when 'sign-in' then 90 when 'staff' then 730 when 'support' then 730
        when 'technical' then 7 end
$$;
create or replace function cutoff(class text) returns timestamptz language sql stable as $$
    select now() - make_interval(hours => retention_days(class) * 24)
$$;

-- A hold without an organisation holds all. Of rows that name no organisation any hold on their class holds all.
create or replace function is_held(class text, organisation uuid) returns boolean language sql stable as $$
    select exists (select from legal_holds h where h.released_at is null and h.data_class = class
        and (h.organisation_id is null or organisation is null or h.organisation_id = organisation))
$$;
-- ANCHOR_END: helpers

-- ANCHOR: purge
create or replace function retention_purge() returns table (class text, removed bigint, held bigint)
language plpgsql as $$
#variable_conflict use_column
declare
    n bigint;
    client uuid;
begin
    perform pg_advisory_xact_lock(20203);  -- one run at a time

    -- delivery: an event goes with its deliveries. One that is being tried again after a replay stays until it ends.
    delete from webhook_events e where created_at < cutoff('delivery')
        and not exists (select from webhook_deliveries d where d.event_id = e.id and d.state = 'pending');
    get diagnostics n = row_count;
    perform purge_record('delivery', n, 0);

    delete from outbox where published_at < cutoff('technical');
    get diagnostics n = row_count;
    perform purge_record('technical', n, 0);

    delete from idempotency_keys where created_at < cutoff('idempotency');
    get diagnostics n = row_count;
    perform purge_record('idempotency', n, 0);

    -- export: only once the worker has deleted the file.
    delete from exports where coalesce(finished_at, created_at) < cutoff('export') and object_key is null;
    get diagnostics n = row_count;
    perform purge_record('export', n, 0);

    with due as (select id from sessions where least(ended_at, expires_at) < cutoff('sign-in')),
         gone as (delete from sessions where id in (select id from due) and not is_held('sign-in', null) returning 1),
         tried as (delete from sign_in_attempts where occurred_at < cutoff('sign-in')
                   and not is_held('sign-in', null) returning 1)
    select (select count(*) from gone) + (select count(*) from tried) into n;
    perform purge_record('sign-in', n,
        (select count(*) from sessions where least(ended_at, expires_at) < cutoff('sign-in')));

    call purge_security();

    with due as (select id, is_held('support', organisation_id) as kept from support_cases
                  where closed_at < cutoff('support')),
         gone as (delete from support_cases where id in (select id from due where not kept) returning 1)
    select count(*) into n from gone;
    perform purge_record('support', n, (select count(*) from support_cases where closed_at < cutoff('support')));

    -- account and project: 60 days after the end of the contract.
    for client in select id from organisations
        where closed_at < cutoff('account') and anonymised_at is null order by id for update
    loop
        if is_held('account', client) or is_held('project', client) then
            perform purge_record('account', 0, 1);
        else
            call purge_client(client);
            perform purge_record('account', 1, 0);
        end if;
    end loop;

    call purge_books();

    -- audit: from the oldest on, up to the first entry that is held, so that the chain stays whole.
    delete from audit_log where occurred_at < cutoff('audit') and seq < coalesce(
        (select min(seq) from audit_log where occurred_at >= cutoff('audit') or is_held('audit', organisation_id)), 0);
    get diagnostics n = row_count;
    perform purge_record('audit', n, (select count(*) from audit_log where occurred_at < cutoff('audit')));

    update support_cases set assigned_to = null where assigned_to in
        (select id from staff where ended_at < cutoff('staff') and not is_held('staff', null));
    delete from staff where ended_at < cutoff('staff') and not is_held('staff', null);
    get diagnostics n = row_count;
    perform purge_record('staff', n, (select count(*) from staff where ended_at < cutoff('staff')));

    delete from legal_holds where released_at < cutoff('record');
    delete from purge_runs where ran_at < cutoff('record');
    get diagnostics n = row_count;
    perform purge_record('record', n, 0);

    return query select data_class, sum(removed)::bigint, sum(held)::bigint from purge_runs
        where ran_at = now() group by data_class order by data_class;
end $$;
-- ANCHOR_END: purge

create or replace function purge_record(class text, gone bigint, kept bigint) returns void language sql as $$
    insert into purge_runs (data_class, cutoff, removed, held) values (class, cutoff(class), gone, kept)
$$;

-- ANCHOR: security
-- A key that was rotated goes after its successor, since the successor refers to it: one round for each link.
create or replace procedure purge_security() language plpgsql as $$
declare
    n bigint;
    total bigint := 0;
begin
    loop
        delete from api_keys k where revoked_at < cutoff('security')
            and not exists (select from api_keys s where s.replaces = k.id);
        get diagnostics n = row_count;
        exit when n = 0;
        total := total + n;
    end loop;
    delete from one_time_tokens where expires_at < cutoff('security');
    get diagnostics n = row_count;
    total := total + n;
    delete from invitations where coalesce(accepted_at, revoked_at, expires_at) < cutoff('security');
    get diagnostics n = row_count;
    total := total + n;
    delete from recovery_codes where used_at < cutoff('security');
    get diagnostics n = row_count;
    perform purge_record('security', total + n, 0);
end $$;
-- ANCHOR_END: security

-- ANCHOR: client
-- Everything of one client but its books and its closed cases. What the books need of it stands in each invoice.
create or replace procedure purge_client(client uuid) language plpgsql as $$
declare
    sandbox uuid;
begin
    for sandbox in select id from organisations where sandbox_of = client loop
        delete from payments where organisation_id = sandbox;
        delete from credit_notes where organisation_id = sandbox;
        delete from invoices where organisation_id = sandbox;
        delete from projects where organisation_id = sandbox;
        delete from subscriptions where organisation_id = sandbox;
        delete from usage_daily where organisation_id = sandbox;
        delete from organisations where id = sandbox;
    end loop;
    update invoices set project_id = null where organisation_id = client and project_id is not null;
    delete from projects where organisation_id = client;
    delete from webhook_events where organisation_id = client;
    delete from webhook_endpoints where organisation_id = client;
    delete from data_keys where organisation_id = client;
    delete from api_keys where organisation_id = client;
    delete from exports where organisation_id = client;
    delete from outbox where organisation_id = client;
    delete from idempotency_keys where organisation_id = client;
    delete from payment_methods where organisation_id = client;
    delete from invitations where organisation_id = client;
    with left_over as (delete from members where organisation_id = client returning user_id)
    delete from users u where id in (select user_id from left_over)
        and not exists (select from members m where m.user_id = u.id and m.organisation_id <> client);
    update organisations set slug = 'closed-' || left(md5(id::text), 12), name = 'Closed client',
        legal_name = 'Closed client', address = '-', vat_id = null, billing_email = 'closed@invalid',
        anonymised_at = now() where id = client;
end $$;
-- ANCHOR_END: client

-- ANCHOR: books
-- Six years from the end of the financial year, which is the calendar year. Then the shell of the client goes, too.
create or replace procedure purge_books() language plpgsql as $$
declare
    last_year date := date_trunc('year', cutoff('billing') at time zone 'Europe/Dublin')::date;  -- whole years before
    n bigint;
    kept bigint;
begin
    select count(*) into kept from invoices where issued_on < last_year and is_held('billing', organisation_id);
    delete from payments where invoice_id in (select id from invoices where issued_on < last_year
        and not is_held('billing', organisation_id));
    delete from credit_notes where invoice_id in (select id from invoices where issued_on < last_year
        and not is_held('billing', organisation_id));
    delete from invoices where issued_on < last_year and not is_held('billing', organisation_id);
    get diagnostics n = row_count;
    delete from usage_daily where day < last_year and not is_held('billing', organisation_id);
    delete from subscriptions s where cancelled_at < last_year and not is_held('billing', organisation_id)
        and not exists (select from invoices i where i.subscription_id = s.id);
    delete from organisations o where anonymised_at is not null
        and not exists (select from invoices where organisation_id = o.id)
        and not exists (select from subscriptions where organisation_id = o.id)
        and not exists (select from usage_daily where organisation_id = o.id)
        and not exists (select from support_cases where organisation_id = o.id)
        and not exists (select from legal_holds where organisation_id = o.id);
    perform purge_record('billing', n, kept);
end $$;
-- ANCHOR_END: books

-- For the job's role alone: whoever may delete by period may delete early.
revoke execute on function retention_purge(), purge_record(text, bigint, bigint) from public;
revoke execute on procedure purge_security(), purge_client(uuid), purge_books() from public;
grant execute on function retention_days(text), cutoff(text), is_held(text, uuid), retention_purge(),
    purge_record(text, bigint, bigint) to portal_purge;
grant execute on procedure purge_security(), purge_client(uuid), purge_books() to portal_purge;
