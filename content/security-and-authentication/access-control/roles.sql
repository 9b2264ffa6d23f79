-- Database roles, their rights and row-level security. Runs after schema.sql, as superuser, and again after each
-- change.
-- Nobody signs in as an owner; each program has its own role and pool of connections.

-- ANCHOR: roles
do $$
declare
    name text;
begin
    -- portal_owner owns the tables; portal_guard owns the functions that must see all rows.
    foreach name in array array['portal_owner', 'portal_guard', 'portal_app', 'portal_auth', 'portal_worker',
                                'portal_staff', 'portal_security', 'portal_purge', 'portal_backup', 'portal_migrate',
                                'portal_reader'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I nologin nosuperuser nobypassrls', name);
        end if;
    end loop;
end $$;
alter role portal_app     login connection limit 60;
alter role portal_auth    login connection limit 10;
alter role portal_worker  login connection limit 20;
alter role portal_staff   login connection limit 10;
alter role portal_security login connection limit 5;
alter role portal_purge   login connection limit 1;
alter role portal_backup  login replication connection limit 4;
alter role portal_migrate login connection limit 2;
-- The owner is bound by row-level security and sees no rows: a backfill needs a role with a policy of its own.
grant portal_owner to portal_migrate;
-- Engineers on call are members of portal_reader: queues and statistics, no data of clients.
grant pg_read_all_stats, pg_signal_backend to portal_reader;
-- No query of the portal or the API takes longer than the request may.
alter role portal_app     set statement_timeout = '10s';
alter role portal_app     set idle_in_transaction_session_timeout = '15s';
alter role portal_staff   set default_transaction_read_only = on;
revoke all on schema public from public;
revoke all on all tables in schema public from public;
revoke execute on all functions in schema public from public;
grant usage on schema public
    to portal_guard, portal_app, portal_auth, portal_worker, portal_staff, portal_security, portal_purge, portal_reader;
grant all on schema public to portal_owner;
-- ANCHOR_END: roles

-- ANCHOR: context
-- Whom the transaction serves. Set by the first statement after `begin`, from the session or the key, never from the
-- request: select set_config('app.organisation_id', $1, true). Without it nothing is visible.
create or replace function current_organisation() returns uuid language sql stable as $$
    select nullif(current_setting('app.organisation_id', true), '')::uuid
$$;
create or replace function current_person() returns uuid language sql stable as $$
    select nullif(current_setting('app.user_id', true), '')::uuid
$$;
grant execute on function current_organisation(), current_person()
    to portal_app, portal_auth, portal_worker, portal_staff, portal_purge, portal_guard;
grant execute on function next_number(text), audit_log_hash(audit_log)
    to portal_app, portal_worker, portal_staff, portal_purge, portal_guard;
-- ANCHOR_END: context

-- Functions that must see all rows, whoever calls them.
create or replace function has_open_case(organisation uuid) returns boolean language sql stable security definer
    set search_path = public, pg_temp as $$
    select exists (select from support_cases where organisation_id = organisation and status <> 'closed')
$$;
alter function has_open_case(uuid) owner to portal_guard;
revoke execute on function has_open_case(uuid) from public;
grant execute on function has_open_case(uuid) to portal_staff;
alter function members_owner_left() owner to portal_guard;
alter function audit_log_append() owner to portal_guard;

-- ANCHOR: policies
do $$
declare
    name text;
begin
    for name in select table_name from information_schema.columns
                where table_schema = 'public' and column_name = 'organisation_id' loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);  -- for the owner, too
        execute format('drop policy if exists own on %I', name);
        execute format('drop policy if exists all_rows on %I', name);
        execute format('drop policy if exists open_case on %I', name);
        execute format('create policy own on %I to portal_app using (organisation_id = current_organisation())', name);
        execute format('create policy all_rows on %I to portal_auth, portal_worker, portal_purge, portal_guard,'
            || ' portal_migrate, portal_reader, portal_security using (true)', name);
        execute format('create policy open_case on %I for select to portal_staff using (organisation_id ='
            || ' current_organisation() and has_open_case(current_organisation()))', name);
    end loop;
end $$;

alter table organisations enable row level security;
alter table organisations force row level security;
drop policy if exists own on organisations;
create policy own on organisations to portal_app
    using (id = current_organisation() or sandbox_of = current_organisation());
drop policy if exists all_rows on organisations;
create policy all_rows on organisations
    to portal_worker, portal_purge, portal_guard, portal_auth, portal_migrate, portal_security using (true);
drop policy if exists open_case on organisations;
create policy open_case on organisations for select to portal_staff
    using (id = current_organisation() and has_open_case(id));

-- People belong to no client alone: visible are oneself and those one works with.
alter table users enable row level security;
alter table users force row level security;
drop policy if exists colleagues on users;
create policy colleagues on users to portal_app using (id = current_person() or exists (
    select from members where members.user_id = users.id and members.organisation_id = current_organisation()));
drop policy if exists all_rows on users;
create policy all_rows on users
    to portal_auth, portal_worker, portal_purge, portal_guard, portal_migrate, portal_security using (true);
-- An attempt belongs to the client of its delivery, whose own policy applies within.
alter table webhook_attempts enable row level security;
alter table webhook_attempts force row level security;
drop policy if exists own on webhook_attempts;
create policy own on webhook_attempts to portal_app using (exists (
    select from webhook_deliveries d where d.id = delivery_id and d.organisation_id = current_organisation()));
drop policy if exists all_rows on webhook_attempts;
create policy all_rows on webhook_attempts
    to portal_worker, portal_purge, portal_guard, portal_migrate, portal_reader using (true);
-- Staff see the list of cases without a case being theirs.
drop policy if exists list on support_cases;
create policy list on support_cases for select to portal_staff using (true);
-- ANCHOR_END: policies

-- ANCHOR: grants
grant select, insert, update, delete on members, invitations, projects, payment_methods, webhook_endpoints,
    webhook_deliveries, idempotency_keys, exports, support_cases, invoice_lines to portal_app;
grant select, insert, update on organisations, api_keys, subscriptions, invoices, payments, credit_notes, usage_daily,
    data_keys, number_series to portal_app;
grant select, insert on audit_log, outbox, webhook_events to portal_app;
grant select on webhook_attempts, plans, event_types to portal_app;
grant usage on all sequences in schema public to portal_app, portal_worker, portal_auth, portal_purge;
-- Of a person the application reads and changes the profile; what proves who they are is the sign-in's alone.
grant select (id, email, full_name, locale, timezone, email_verified_at, last_sign_in_at, created_at, updated_at),
      update (full_name, locale, timezone) on users to portal_app;

grant select, insert, update, delete on users, sessions, one_time_tokens, passkeys, totp_seeds, recovery_codes,
    sign_in_attempts to portal_auth;
grant select on members, organisations, staff, data_keys to portal_auth;
grant insert on audit_log to portal_auth;

grant select, insert, update, delete on webhook_deliveries, webhook_attempts, outbox, exports to portal_worker;
grant select, insert, update on webhook_endpoints, webhook_events, invoices, invoice_lines, payments, subscriptions,
    usage_daily, number_series, api_keys to portal_worker;
grant select on organisations, members, plans, event_types, data_keys to portal_worker;
grant select (id, email, full_name, locale) on users to portal_worker;
grant insert on audit_log to portal_worker;

grant select on organisations, members, projects, invoices, invoice_lines, payments, subscriptions, usage_daily,
    webhook_deliveries, webhook_events, support_cases, audit_log, plans to portal_staff;
grant select (id, organisation_id, label, mode, hint, scopes, created_at, expires_at, last_used_at, revoked_at,
    revoked_reason) on api_keys to portal_staff;
grant select (id, organisation_id, url, description, event_types, disabled_at, disabled_reason, created_at)
    on webhook_endpoints to portal_staff;

-- Locks, ends and reads who did what; sees nobody's business.
grant select on organisations, members, staff, sign_in_attempts, audit_log to portal_security;
grant select (id, email, full_name, locked_at, last_sign_in_at), update (locked_at) on users to portal_security;
grant update (status, suspended_reason, closed_at) on organisations to portal_security;
grant select (id, organisation_id, label, mode, hint, scopes, created_at, expires_at, last_used_at, revoked_at,
    revoked_reason), update (revoked_at, revoked_reason) on api_keys to portal_security;
grant select (id, user_id, staff_id, factors, address, created_at, last_seen_at, ended_at, ended_reason),
    update (ended_at, ended_reason) on sessions to portal_security;
grant insert on audit_log to portal_security;

grant select on webhook_deliveries, webhook_attempts, event_types, purge_runs, schema_migrations to portal_reader;
grant select (id, organisation_id, type, version, created_at) on webhook_events to portal_reader;
grant select (id, organisation_id, url, disabled_at, disabled_reason, dead_in_a_row, not_before) on webhook_endpoints
    to portal_reader;

grant select, delete on all tables in schema public to portal_purge;
revoke delete on plans, event_types, schema_migrations, number_series, purge_runs, legal_holds from portal_purge;
grant update on organisations, invoices, support_cases to portal_purge;
grant insert, delete on purge_runs to portal_purge;
grant delete on legal_holds to portal_purge;

grant select, insert on audit_log to portal_guard;
grant select, update on organisations to portal_guard;
grant select on members, support_cases to portal_guard;
-- ANCHOR_END: grants


-- Last, since an owner has rights that this file doesn't list.
do $$
declare
    name text;
begin
    for name in select tablename from pg_tables where schemaname = 'public' loop
        execute format('alter table %I owner to portal_owner', name);
    end loop;
end $$;
