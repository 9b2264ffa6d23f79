-- The database of the reference product. PostgreSQL 15. Owner: platform.
-- It is what all migrations together make: a migration that changes the database changes this file in the same commit,
-- and a test compares the two. Roles, grants and row-level security follow in roles.sql of the page Access Control.
--
-- Names: tables in the plural; `id uuid` as key; `x_id` refers to table xs; `_at` is a time, `_on` a date, `_minor` an
-- amount in the smallest unit of its currency; a list of words is text with a check, never an enum type, since a check
-- can be replaced without a rewrite. Constraints are named <table>_<what they hold>, so that an error tells its cause.
-- Each row of a client carries organisation_id, and a reference between two such rows carries it too: then no row can
-- belong to one client and point to another's.

-- ANCHOR: organisations
create table organisations (
    id               uuid        primary key default gen_random_uuid(),
    slug             text        not null,  -- in addresses and flag rules; never reused
    name             text        not null,
    legal_name       text        not null,
    country          text        not null,  -- ISO 3166-1
    address          text        not null,
    vat_id           text,
    billing_email    text        not null,
    sandbox_of       uuid        references organisations (id) on delete cascade,  -- what test keys of that client see
    status           text        not null default 'active',
    suspended_reason text,
    version          integer     not null default 1,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    closed_at        timestamptz,           -- end of the contract; retention counts from here
    anonymised_at    timestamptz,

    constraint organisations_slug_unique    unique (slug),
    constraint organisations_sandbox_unique unique (sandbox_of),
    constraint organisations_slug_form      check (slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    constraint organisations_name_length    check (length(btrim(name)) between 1 and 120),
    constraint organisations_country_form   check (country ~ '^[A-Z]{2}$'),
    constraint organisations_vat_id_form    check (vat_id ~ '^[A-Z]{2}[0-9A-Z+*]{2,13}$'),
    constraint organisations_email_form     check (billing_email ~ '^[^@\s]+@[^@\s]+$'
        and length(billing_email) <= 254),
    constraint organisations_status_known   check (status in ('active', 'suspended', 'closed')),
    constraint organisations_suspended_why  check ((status = 'suspended') = (suspended_reason is not null)),
    constraint organisations_closed_whole   check ((status = 'closed') = (closed_at is not null)),
    constraint organisations_anonymised_closed check (anonymised_at is null or status = 'closed')
);
-- ANCHOR_END: organisations

-- ANCHOR: people
create table users (
    id                uuid        primary key default gen_random_uuid(),
    email             text        not null,
    full_name         text        not null,
    locale            text        not null default 'en-IE',  -- BCP 47
    timezone          text        not null default 'Europe/Dublin',
    password_hash     text,                 -- scrypt; absent for people who only use passkeys
    email_verified_at timestamptz,
    locked_at         timestamptz,          -- by staff; a throttle is not a lock
    last_sign_in_at   timestamptz,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),

    constraint users_email_form    check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
    constraint users_name_length   check (length(btrim(full_name)) between 1 and 120),
    constraint users_password_hash_form check (password_hash like 'scrypt$%')
);
-- One person an address, however it is typed.
create unique index users_email_unique on users (lower(email));

create table members (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null references organisations (id) on delete cascade,
    user_id         uuid        not null references users (id) on delete cascade,
    role            text        not null,
    version         integer     not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),

    constraint members_person_unique unique (organisation_id, user_id),
    constraint members_role_known    check (role in ('owner', 'admin', 'member', 'billing'))
);
create index members_user_id_idx on members (user_id);

-- An organisation is never without an owner. Looked at when the transaction ends, so that a transfer can take two
-- steps. Runs with its owner's rights: what the session may see must not decide.
create function members_owner_left() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
begin
    perform 1 from organisations where id = old.organisation_id and status <> 'closed' for update;
    if found and not exists (select from members where organisation_id = old.organisation_id and role = 'owner') then
        raise exception 'members_owner_left: an organisation needs an owner'
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
create constraint trigger members_owner_left after update of role, organisation_id or delete on members
    deferrable initially deferred for each row when (old.role = 'owner') execute function members_owner_left();

create table invitations (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null references organisations (id) on delete cascade,
    email           text        not null,
    role            text        not null,
    digest          bytea       not null,  -- SHA-256 of the token in the mail
    invited_by      uuid        references users (id) on delete set null,
    created_at      timestamptz not null default now(),
    expires_at      timestamptz not null,
    accepted_at     timestamptz,
    revoked_at      timestamptz,

    constraint invitations_digest_unique unique (digest),
    constraint invitations_digest_size   check (octet_length(digest) = 32),
    constraint invitations_email_form    check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
    -- Ownership is passed on, never mailed.
    constraint invitations_role_known    check (role in ('admin', 'member', 'billing')),
    constraint invitations_lifetime      check (expires_at > created_at
        and expires_at <= created_at + interval '168 hours'),
    constraint invitations_one_end       check (accepted_at is null or revoked_at is null)
);
create unique index invitations_open_unique on invitations (organisation_id, lower(email))
    where accepted_at is null and revoked_at is null;
create index invitations_organisation_id_idx on invitations (organisation_id);
create index invitations_invited_by_idx on invitations (invited_by);

create table staff (
    id         uuid        primary key default gen_random_uuid(),
    email      text        not null,
    full_name  text        not null,
    role       text        not null,
    created_at timestamptz not null default now(),
    ended_at   timestamptz,

    constraint staff_email_unique unique (email),
    constraint staff_email_form   check (email = lower(email) and email ~ '^[^@\s]+@[^@\s]+$'),
    constraint staff_role_known   check (role in ('support-agent', 'engineer', 'security-admin')),
    constraint staff_ended_later  check (ended_at >= created_at)
);

create table support_cases (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null references organisations (id) on delete cascade,
    number          bigint      generated always as identity,
    subject         text        not null,
    priority        text        not null,
    status          text        not null default 'open',
    opened_by       uuid        references users (id) on delete set null,
    assigned_to     uuid        references staff (id),
    created_at      timestamptz not null default now(),
    closed_at       timestamptz,

    constraint support_cases_number_unique  unique (number),
    constraint support_cases_subject_length check (length(btrim(subject)) between 1 and 200),
    constraint support_cases_priority_known check (priority in ('P1', 'P2', 'P3', 'P4')),
    constraint support_cases_status_known   check (status in ('open', 'waiting', 'closed')),
    constraint support_cases_closed_whole   check ((status = 'closed') = (closed_at is not null))
);
create index support_cases_organisation_id_idx on support_cases (organisation_id, created_at);
create index support_cases_opened_by_idx on support_cases (opened_by);
create index support_cases_queue_idx on support_cases (priority, created_at) where status <> 'closed';
create index support_cases_assigned_to_idx on support_cases (assigned_to);
-- ANCHOR_END: people

-- ANCHOR: sign_in
create table sessions (
    id           uuid        primary key default gen_random_uuid(),
    user_id      uuid        references users (id) on delete cascade,
    staff_id     uuid        references staff (id) on delete cascade,
    digest       bytea       not null,  -- SHA-256 of the cookie
    factors      text        not null,  -- how strongly the person was recognised
    address      inet        not null,
    user_agent   text        not null,
    created_at   timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    confirmed_at timestamptz not null default now(),  -- last full sign-in; sensitive acts ask for a recent one
    expires_at   timestamptz not null,
    ended_at     timestamptz,
    ended_reason text,

    constraint sessions_digest_unique unique (digest),
    constraint sessions_digest_size   check (octet_length(digest) = 32),
    constraint sessions_one_person    check (num_nonnulls(user_id, staff_id) = 1),
    constraint sessions_factors_known check (factors in ('password', 'password+totp', 'password+recovery', 'passkey')),
    constraint sessions_staff_passkey check (staff_id is null or factors = 'passkey'),
    constraint sessions_lifetime      check (expires_at > created_at and expires_at <= created_at
        + case when staff_id is null then interval '12 hours' else interval '10 hours' end),
    constraint sessions_ended_whole   check ((ended_at is null) = (ended_reason is null)),
    constraint sessions_ended_known   check (ended_reason in
        ('expired', 'idle', 'signed-out', 'signed-out-everywhere', 'password-changed', 'factor-changed', 'locked',
         'rotated', 'removed'))
);
create index sessions_user_id_idx on sessions (user_id);
create index sessions_staff_id_idx on sessions (staff_id);
create index sessions_expires_at_idx on sessions (expires_at);

create table one_time_tokens (
    id         uuid        primary key default gen_random_uuid(),
    user_id    uuid        not null references users (id) on delete cascade,
    purpose    text        not null,
    digest     bytea       not null,
    email      text        not null,  -- the address it was sent to: a token doesn't outlive a change of address
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz,

    constraint one_time_tokens_digest_unique unique (digest),
    constraint one_time_tokens_digest_size   check (octet_length(digest) = 32),
    constraint one_time_tokens_purpose_known check (purpose in ('password-reset', 'email-verification')),
    constraint one_time_tokens_lifetime      check (expires_at > created_at and expires_at <= created_at
        + case purpose when 'password-reset' then interval '30 minutes' else interval '24 hours' end),
    constraint one_time_tokens_used_in_time  check (used_at >= created_at and used_at < expires_at)
);
create unique index one_time_tokens_open_unique on one_time_tokens (user_id, purpose) where used_at is null;
create index one_time_tokens_user_id_idx on one_time_tokens (user_id);

create table passkeys (
    id            uuid        primary key default gen_random_uuid(),
    user_id       uuid        references users (id) on delete cascade,
    staff_id      uuid        references staff (id) on delete cascade,
    credential_id bytea       not null,
    public_key    bytea       not null,  -- COSE key, as WebAuthn gives it
    sign_count    bigint      not null default 0,
    label         text        not null,
    created_at    timestamptz not null default now(),
    last_used_at  timestamptz,

    constraint passkeys_credential_unique unique (credential_id),
    constraint passkeys_one_person        check (num_nonnulls(user_id, staff_id) = 1),
    constraint passkeys_credential_size   check (octet_length(credential_id) between 16 and 1023),
    constraint passkeys_label_length      check (length(btrim(label)) between 1 and 80)
);
create index passkeys_user_id_idx on passkeys (user_id);
create index passkeys_staff_id_idx on passkeys (staff_id);

create table data_keys (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        references organisations (id) on delete cascade,  -- none: our own data
    purpose         text        not null,
    kek_version     text        not null,  -- which key of the key service wrapped it
    wrapped         bytea,                 -- none after destruction: what it encrypted is gone for good
    created_at      timestamptz not null default now(),
    retired_at      timestamptz,           -- decrypts, encrypts no more
    destroyed_at    timestamptz,

    constraint data_keys_purpose_known   check (purpose in ('totp-seed', 'webhook-secret')),
    constraint data_keys_destroyed_whole check ((wrapped is null) = (destroyed_at is not null)),
    constraint data_keys_retired_first   check (destroyed_at is null or coalesce(retired_at <= destroyed_at, false)),
    constraint data_keys_family          unique (id, organisation_id)
);
create unique index data_keys_current_unique on data_keys (purpose, organisation_id) nulls not distinct
    where retired_at is null;
create index data_keys_organisation_id_idx on data_keys (organisation_id);

create table totp_seeds (
    user_id      uuid        primary key references users (id) on delete cascade,
    data_key_id  uuid        not null references data_keys (id),
    ciphertext   bytea       not null,
    last_step    bigint      not null default 0,  -- a code counts once
    created_at   timestamptz not null default now(),
    confirmed_at timestamptz
);
create index totp_seeds_data_key_id_idx on totp_seeds (data_key_id);

create table recovery_codes (
    id         uuid        primary key default gen_random_uuid(),
    user_id    uuid        not null references users (id) on delete cascade,
    code_hash  text        not null,
    created_at timestamptz not null default now(),
    used_at    timestamptz,

    constraint recovery_codes_hash_form check (code_hash like 'scrypt$%')
);
create index recovery_codes_user_id_idx on recovery_codes (user_id);

create table sign_in_attempts (
    id          bigint      primary key generated always as identity,
    email_hash  bytea       not null,  -- HMAC of the typed address, so that the table is no list of addresses
    address     inet        not null,
    outcome     text        not null,
    occurred_at timestamptz not null default now(),

    constraint sign_in_attempts_hash_size     check (octet_length(email_hash) = 32),
    constraint sign_in_attempts_outcome_known check (outcome in
        ('success', 'wrong-password', 'wrong-factor', 'unknown', 'locked', 'throttled'))
);
create index sign_in_attempts_email_idx on sign_in_attempts (email_hash, occurred_at);
create index sign_in_attempts_address_idx on sign_in_attempts (address, occurred_at);
-- ANCHOR_END: sign_in

-- The next part equals api_keys.sql of the page API Key Management; a test compares them.
-- ANCHOR: api_keys
create table api_keys (
    id              uuid        primary key,
    organisation_id uuid        not null references organisations (id) on delete cascade,
    created_by      uuid        references users (id) on delete set null,
    label           text        not null,
    mode            text        not null,
    hint            text        not null,  -- first four random characters, to recognise a key in a list
    digest          bytea       not null,  -- SHA-256 of the whole key; the key itself is stored nowhere
    scopes          text[]      not null,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    last_used_at    timestamptz,           -- written at most once in 15 minutes
    replaces        uuid,                  -- the key that this one was rotated from
    revoked_at      timestamptz,
    revoked_reason  text,

    constraint api_keys_digest_unique   unique (digest),
    constraint api_keys_replaces_unique unique (replaces),  -- a key is rotated once
    constraint api_keys_family          unique (id, organisation_id, mode),
    constraint api_keys_replaces_family foreign key (replaces, organisation_id, mode)
        references api_keys (id, organisation_id, mode),

    constraint api_keys_digest_size check (octet_length(digest) = 32),
    constraint api_keys_hint_form   check (hint ~ '^[0-9A-Za-z]{4}$'),
    constraint api_keys_mode_known  check (mode in ('live', 'test')),
    -- People paste keys into labels.
    constraint api_keys_label_clean check (length(btrim(label)) between 1 and 80 and label !~ 'hbl_(live|test)_'),
    constraint api_keys_scopes_some check (cardinality(scopes) > 0),
    constraint api_keys_scopes_known check (scopes <@ array[
        'audit:read', 'invoices:read', 'invoices:write', 'members:read', 'organisation:read',
        'organisation:write', 'projects:read', 'subscriptions:read', 'subscriptions:write',
        'usage:read', 'webhooks:read', 'webhooks:write']),
    -- In hours (365 and 90 days): an interval of days changes its length with the clocks of the session's time zone.
    constraint api_keys_lifetime check (expires_at > created_at and expires_at <= created_at
        + case mode when 'live' then interval '8760 hours' else interval '2160 hours' end),
    constraint api_keys_not_own_successor check (replaces <> id),
    constraint api_keys_revoked_whole check ((revoked_at is null) = (revoked_reason is null)),
    constraint api_keys_revoked_later check (revoked_at >= created_at),
    constraint api_keys_revoked_known check (revoked_reason in
        ('client', 'expired', 'idle', 'leaked', 'offboarding', 'rotated', 'staff'))
);

-- The list in the portal, and the nightly sweep over open keys. Verification uses api_keys_digest_unique.
create index api_keys_organisation_id_idx on api_keys (organisation_id);
create index api_keys_open_idx on api_keys (expires_at) where revoked_at is null;
create index api_keys_created_by_idx on api_keys (created_by);  -- for the deletion of a person

-- A key's life can be shortened, never extended; what it may do is fixed when it is issued; an end is final.
create function api_keys_guard() returns trigger language plpgsql as $$
begin
    if (new.id, new.organisation_id, new.mode, new.hint, new.digest, new.scopes, new.created_at)
       is distinct from
       (old.id, old.organisation_id, old.mode, old.hint, old.digest, old.scopes, old.created_at)
       or new.replaces is distinct from old.replaces then
        raise exception 'api_keys: what a key is cannot change; issue a new key';
    end if;
    if new.expires_at > old.expires_at then
        raise exception 'api_keys: a key cannot be extended; rotate it';
    end if;
    if old.revoked_at is not null
       and (new.revoked_at, new.revoked_reason) is distinct from (old.revoked_at, old.revoked_reason) then
        raise exception 'api_keys: a revoked key stays revoked';
    end if;
    return new;
end $$;

create trigger api_keys_guard before update on api_keys for each row execute function api_keys_guard();
-- ANCHOR_END: api_keys

-- ANCHOR: billing
create table plans (
    id            text          primary key,
    price_minor   bigint        not null,  -- a month, before tax, in EUR
    included      bigint        not null,  -- calls a month
    overage_minor bigint        not null,  -- a thousand further calls
    rate_min      integer       not null,  -- calls a minute
    burst         integer       not null,
    sla           numeric(5, 2) not null,
    support       text          not null,
    offered       boolean       not null default true,

    constraint plans_amounts_positive check (price_minor > 0 and included > 0 and overage_minor >= 0),
    constraint plans_limits_positive  check (rate_min > 0 and burst between 1 and rate_min),
    constraint plans_sla_share        check (sla between 90 and 100),
    constraint plans_support_known    check (support in ('standard', 'priority', 'premium'))
);

create table subscriptions (
    id                   uuid        primary key default gen_random_uuid(),
    organisation_id      uuid        not null references organisations (id),
    plan_id              text        not null references plans (id),
    status               text        not null default 'active',
    period_start         timestamptz not null,
    period_end           timestamptz not null,
    cancel_at_period_end boolean     not null default false,
    version              integer     not null default 1,
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    cancelled_at         timestamptz,

    constraint subscriptions_family          unique (id, organisation_id),
    constraint subscriptions_status_known    check (status in ('active', 'past_due', 'cancelled')),
    constraint subscriptions_period_forward  check (period_end > period_start),
    constraint subscriptions_cancelled_whole check ((status = 'cancelled') = (cancelled_at is not null))
);
create unique index subscriptions_current_unique on subscriptions (organisation_id) where status <> 'cancelled';
create index subscriptions_organisation_id_idx on subscriptions (organisation_id);
create index subscriptions_plan_id_idx on subscriptions (plan_id);
create index subscriptions_period_end_idx on subscriptions (period_end) where status <> 'cancelled';

create table usage_daily (
    organisation_id uuid   not null references organisations (id),
    day             date   not null,
    calls           bigint not null default 0,

    primary key (organisation_id, day),
    constraint usage_daily_calls_positive check (calls >= 0)
);

create table projects (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null references organisations (id),
    name            text        not null,
    stage           text        not null default 'proposed',
    budget_minor    bigint      not null,
    currency        text        not null default 'EUR',
    starts_on       date,
    due_on          date,
    version         integer     not null default 1,  -- rises with each change; receivers of events compare it
    approved_by     uuid        references users (id) on delete set null,
    approved_at     timestamptz,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),

    constraint projects_family          unique (id, organisation_id),
    constraint projects_name_length     check (length(btrim(name)) between 1 and 120),
    constraint projects_stage_known     check (stage in
        ('proposed', 'agreed', 'in_progress', 'in_review', 'accepted', 'cancelled')),
    constraint projects_budget_positive check (budget_minor >= 0),
    constraint projects_currency_form   check (currency ~ '^[A-Z]{3}$'),
    constraint projects_due_later       check (due_on >= starts_on),
    -- Work doesn't start before the client has approved it.
    constraint projects_approved_first  check (approved_at is not null or stage in ('proposed', 'cancelled'))
);
create index projects_organisation_id_idx on projects (organisation_id, created_at desc, id desc);
create index projects_approved_by_idx on projects (approved_by);

-- Invoice numbers have no gaps: the row is locked until the invoice that took the number is committed.
create table number_series (
    series      text   primary key,
    last_number bigint not null default 0,

    constraint number_series_form check (series ~ '^(INV|CN|TEST|TESTCN)-[0-9]{4}$')
);
create function next_number(wanted text) returns text language sql as $$
    insert into number_series as s (series, last_number) values (wanted, 1)
    on conflict (series) do update set last_number = s.last_number + 1
    returning series || '-' || lpad(last_number::text, 6, '0')
$$;

-- ANCHOR: invoices
create table invoices (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null references organisations (id),
    subscription_id uuid,
    project_id      uuid,
    number          text,                  -- taken when it is issued
    status          text        not null default 'draft',
    currency        text        not null default 'EUR',
    net_minor       bigint      not null default 0,
    tax_minor       bigint      not null default 0,
    total_minor     bigint      not null generated always as (net_minor + tax_minor) stored,
    buyer           jsonb,                 -- name, address and tax number as they were on the day
    issued_on       date,
    due_on          date,
    paid_at         timestamptz,
    purchase_order  text,                  -- the client's own reference; may be set until it is paid
    version         integer     not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),

    constraint invoices_family       unique (id, organisation_id),
    constraint invoices_number_unique unique (number),
    constraint invoices_subscription foreign key (subscription_id, organisation_id)
        references subscriptions (id, organisation_id),
    constraint invoices_project      foreign key (project_id, organisation_id)
        references projects (id, organisation_id),
    constraint invoices_number_form  check (number ~ '^(INV|TEST)-[0-9]{4}-[0-9]{6}$'),
    constraint invoices_status_known check (status in ('draft', 'open', 'paid', 'void', 'uncollectible')),
    constraint invoices_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint invoices_amounts_positive check (net_minor >= 0 and tax_minor >= 0),
    constraint invoices_purchase_order_length check (length(purchase_order) between 1 and 40),
    constraint invoices_issued_whole check (case when status = 'draft'
        then num_nonnulls(number, issued_on, due_on, buyer) = 0
        else num_nonnulls(number, issued_on, due_on, buyer) = 4 end),
    constraint invoices_due_later    check (due_on >= issued_on),
    constraint invoices_paid_whole   check ((status = 'paid') = (paid_at is not null))
);
-- ANCHOR_END: invoices
create index invoices_organisation_id_idx on invoices (organisation_id, created_at desc, id desc);
create index invoices_subscription_id_idx on invoices (subscription_id);
create index invoices_project_id_idx on invoices (project_id);
create index invoices_overdue_idx on invoices (due_on) where status = 'open';

create table invoice_lines (
    id              uuid           primary key default gen_random_uuid(),
    invoice_id      uuid           not null,
    organisation_id uuid           not null,
    position        integer        not null,
    description     text           not null,
    quantity        numeric(12, 3) not null default 1,
    unit_minor      bigint         not null,
    net_minor       bigint         not null,
    tax_rate        numeric(5, 2)  not null,  -- per cent
    tax_minor       bigint         not null,
    tax_category    text           not null default 'S',  -- EN 16931, code list UNTDID 5305

    constraint invoice_lines_invoice foreign key (invoice_id, organisation_id)
        references invoices (id, organisation_id) on delete cascade,
    constraint invoice_lines_position_unique  unique (invoice_id, position),
    constraint invoice_lines_position_positive check (position > 0),
    constraint invoice_lines_description_length check (length(btrim(description)) between 1 and 500),
    constraint invoice_lines_net_computed     check (net_minor = round(quantity * unit_minor)),
    constraint invoice_lines_tax_rate_share   check (tax_rate between 0 and 100),
    constraint invoice_lines_tax_category_known check (tax_category in ('S', 'Z', 'E', 'AE', 'G', 'O')),
    constraint invoice_lines_tax_only_standard check (tax_category = 'S' or (tax_rate = 0 and tax_minor = 0))
);
create index invoice_lines_organisation_id_idx on invoice_lines (organisation_id);

-- An issued invoice is a document: it is paid, voided or written off, and otherwise stays as it was sent.
create function invoices_guard() returns trigger language plpgsql as $$
begin
    if old.status <> 'draft' and (new.number, new.currency, new.net_minor, new.tax_minor, new.buyer, new.issued_on)
       is distinct from (old.number, old.currency, old.net_minor, old.tax_minor, old.buyer, old.issued_on) then
        raise exception 'invoices_guard: an issued invoice cannot change; issue a credit note';
    end if;
    if old.status <> new.status and (old.status, new.status) not in (('draft', 'open'), ('open', 'paid'),
        ('open', 'void'), ('open', 'uncollectible'), ('uncollectible', 'paid')) then
        raise exception 'invoices_guard: from % to % is no step', old.status, new.status;
    end if;
    if old.status = 'draft' and new.status = 'open' and not exists (select from invoice_lines where invoice_id = new.id
        having sum(net_minor) = new.net_minor and sum(tax_minor) = new.tax_minor) then
        raise exception 'invoices_guard: the lines do not add up to the invoice';
    end if;
    return new;
end $$;
create trigger invoices_guard before update on invoices for each row execute function invoices_guard();

create function invoice_lines_guard() returns trigger language plpgsql as $$
begin
    -- Locked, so that a line can't be added while the invoice is being issued.
    perform 1 from invoices where id = coalesce(new.invoice_id, old.invoice_id) and status <> 'draft' for share;
    if found and not (tg_op = 'DELETE' and pg_trigger_depth() > 1) then
        raise exception 'invoice_lines_guard: the lines of an issued invoice cannot change';
    end if;
    return coalesce(new, old);
end $$;
create trigger invoice_lines_guard before insert or update or delete on invoice_lines
    for each row execute function invoice_lines_guard();

create table payments (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null,
    invoice_id      uuid        not null,
    provider_ref    text        not null,  -- the payment at the provider: the same notice twice is one payment
    method          text        not null,
    amount_minor    bigint      not null,
    currency        text        not null default 'EUR',
    status          text        not null,
    failure_code    text,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),

    constraint payments_invoice foreign key (invoice_id, organisation_id) references invoices (id, organisation_id),
    constraint payments_provider_ref_unique unique (provider_ref),
    constraint payments_method_known   check (method in ('card', 'direct_debit', 'bank_transfer')),
    constraint payments_amount_positive check (amount_minor > 0),
    constraint payments_currency_form  check (currency ~ '^[A-Z]{3}$'),
    constraint payments_status_known   check (status in ('pending', 'succeeded', 'failed', 'refunded')),
    constraint payments_failure_whole  check ((status = 'failed') = (failure_code is not null))
);
create index payments_invoice_id_idx on payments (invoice_id);
create index payments_organisation_id_idx on payments (organisation_id);

create table credit_notes (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null,
    invoice_id      uuid        not null,
    number          text        not null,
    reason          text        not null,
    net_minor       bigint      not null,
    tax_minor       bigint      not null,
    total_minor     bigint      not null generated always as (net_minor + tax_minor) stored,
    currency        text        not null default 'EUR',
    issued_on       date        not null,
    created_at      timestamptz not null default now(),

    constraint credit_notes_invoice foreign key (invoice_id, organisation_id) references invoices (id, organisation_id),
    constraint credit_notes_number_unique unique (number),
    constraint credit_notes_number_form   check (number ~ '^(CN|TESTCN)-[0-9]{4}-[0-9]{6}$'),
    constraint credit_notes_reason_known  check (reason in ('error', 'service-credit', 'cancellation', 'goodwill')),
    constraint credit_notes_amounts_positive check (net_minor > 0 and tax_minor >= 0),
    constraint credit_notes_currency_form check (currency ~ '^[A-Z]{3}$')
);
create index credit_notes_invoice_id_idx on credit_notes (invoice_id);
create index credit_notes_organisation_id_idx on credit_notes (organisation_id);

create table payment_methods (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null references organisations (id) on delete cascade,
    provider_ref    text        not null,  -- a token of the provider: card numbers never reach us
    method          text        not null,
    hint            text        not null,  -- last four digits
    expires_on      date,
    is_default      boolean     not null default false,
    created_at      timestamptz not null default now(),

    constraint payment_methods_provider_ref_unique unique (provider_ref),
    constraint payment_methods_method_known check (method in ('card', 'direct_debit')),
    constraint payment_methods_hint_form    check (hint ~ '^[0-9A-Z]{4}$')
);
create unique index payment_methods_default_unique on payment_methods (organisation_id) where is_default;
create index payment_methods_organisation_id_idx on payment_methods (organisation_id);
-- ANCHOR_END: billing

-- ANCHOR: webhooks
create table event_types (
    type       text    not null,
    version    integer not null,
    data_class text    not null,

    primary key (type, version),
    constraint event_types_form             check (type ~ '^[a-z_]+\.[a-z_]+$'),
    constraint event_types_version_positive check (version > 0)
);

create table webhook_endpoints (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null references organisations (id) on delete cascade,
    url             text        not null,
    description     text        not null default '',
    event_types     text[]      not null,  -- empty: all
    data_key_id     uuid        not null,
    secret          bytea       not null,  -- encrypted, as we sign with it
    previous_secret bytea,                 -- signs too until the overlap of a rotation ends
    previous_until  timestamptz,
    disabled_at     timestamptz,
    disabled_reason text,
    dead_in_a_row   integer     not null default 0,
    not_before      timestamptz,           -- the receiver asked for a pause
    warned_at       timestamptz,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),

    constraint webhook_endpoints_family          unique (id, organisation_id),
    constraint webhook_endpoints_data_key        foreign key (data_key_id, organisation_id)
        references data_keys (id, organisation_id),
    constraint webhook_endpoints_url_form        check (length(url) <= 2000
        and url ~ '^https://[a-z0-9.-]+\.[a-z][a-z0-9-]*[a-z0-9](:443)?(/[!-~]*)?$'),
    constraint webhook_endpoints_previous_whole  check ((previous_secret is null) = (previous_until is null)),
    constraint webhook_endpoints_disabled_whole  check ((disabled_at is null) = (disabled_reason is null)),
    constraint webhook_endpoints_disabled_known  check (disabled_reason in
        ('address_refused', 'client', 'failing', 'gone')),
    constraint webhook_endpoints_dead_positive   check (dead_in_a_row >= 0)
);
create index webhook_endpoints_organisation_id_idx on webhook_endpoints (organisation_id);
create index webhook_endpoints_data_key_id_idx on webhook_endpoints (data_key_id);

create table webhook_events (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null references organisations (id) on delete cascade,
    type            text        not null,
    version         integer     not null,
    body            bytea       not null,  -- the bytes as signed and sent
    created_at      timestamptz not null default now(),

    constraint webhook_events_family    unique (id, organisation_id),
    constraint webhook_events_type      foreign key (type, version) references event_types (type, version),
    constraint webhook_events_body_size check (octet_length(body) between 2 and 262144)
);
create index webhook_events_organisation_id_idx on webhook_events (organisation_id, created_at desc);
create index webhook_events_created_at_idx on webhook_events (created_at);

-- ANCHOR: deliveries
create table webhook_deliveries (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null,
    endpoint_id     uuid        not null,
    event_id        uuid        not null,
    state           text        not null default 'pending',
    reason          text,                  -- why it is dead
    attempts        integer     not null default 0,
    last_outcome    text,
    due_at          timestamptz not null default now(),
    leased_until    timestamptz,           -- a worker has it
    created_at      timestamptz not null default now(),
    ended_at        timestamptz,

    constraint webhook_deliveries_endpoint foreign key (endpoint_id, organisation_id)
        references webhook_endpoints (id, organisation_id) on delete cascade,
    constraint webhook_deliveries_event    foreign key (event_id, organisation_id)
        references webhook_events (id, organisation_id) on delete cascade,
    constraint webhook_deliveries_state_known    check (state in ('pending', 'delivered', 'dead')),
    constraint webhook_deliveries_reason_whole   check ((state = 'dead') = (reason is not null)),
    constraint webhook_deliveries_reason_known   check (reason in
        ('address_refused', 'endpoint_disabled', 'exhausted', 'gone')),
    constraint webhook_deliveries_ended_whole    check ((state = 'pending') = (ended_at is null)),
    constraint webhook_deliveries_attempts_count check (attempts between 0 and 9)
);
-- ANCHOR_END: deliveries
-- Only what is open is in the index of the queue, so that it stays small.
create index webhook_deliveries_due_idx on webhook_deliveries (due_at) where state = 'pending';
create index webhook_deliveries_endpoint_id_idx on webhook_deliveries (endpoint_id, created_at desc);
create index webhook_deliveries_event_id_idx on webhook_deliveries (event_id);

create table webhook_attempts (
    delivery_id uuid        not null references webhook_deliveries (id) on delete cascade,
    number      integer     not null,
    started_at  timestamptz not null,
    duration_ms integer     not null,
    outcome     text        not null,

    primary key (delivery_id, number),
    constraint webhook_attempts_number_range check (number between 1 and 9),
    constraint webhook_attempts_duration_positive check (duration_ms >= 0)
);
-- Their rows change and go by the thousand: cleaned up at 2 % instead of 20 %.
alter table webhook_deliveries set (autovacuum_vacuum_scale_factor = 0.02);
-- ANCHOR_END: webhooks

-- ANCHOR: machinery
-- What has happened and must reach others, written in the transaction that made it happen.
create table outbox (
    id              bigint      primary key generated always as identity,
    organisation_id uuid        not null references organisations (id) on delete cascade,
    event_id        uuid        not null default gen_random_uuid(),
    type            text        not null,
    version         integer     not null,
    subject_id      uuid        not null,  -- the row that changed
    subject_version integer,               -- none: such a row has no versions
    payload         jsonb       not null,
    created_at      timestamptz not null default now(),
    published_at    timestamptz,

    constraint outbox_event_unique unique (event_id),
    constraint outbox_type         foreign key (type, version) references event_types (type, version),
    constraint outbox_payload_size check (pg_column_size(payload) <= 262144)
);
alter table outbox set (autovacuum_vacuum_scale_factor = 0.02);
create index outbox_open_idx on outbox (id) where published_at is null;
create index outbox_organisation_id_idx on outbox (organisation_id);
create index outbox_published_at_idx on outbox (published_at);

create table idempotency_keys (
    organisation_id uuid        not null references organisations (id) on delete cascade,
    key             text        not null,
    operation       text        not null,
    request_digest  bytea       not null,  -- the same key with another request is an error
    status          integer,               -- none: still at work
    response        jsonb,
    created_at      timestamptz not null default now(),
    expires_at      timestamptz not null default now() + interval '24 hours',

    primary key (organisation_id, key),
    constraint idempotency_keys_key_form    check (key ~ '^[!-~]{16,64}$'),
    constraint idempotency_keys_digest_size check (octet_length(request_digest) = 32),
    constraint idempotency_keys_status_range check (status between 200 and 499),
    constraint idempotency_keys_answer_whole check (response is null or status is not null)
);
create index idempotency_keys_expires_at_idx on idempotency_keys (expires_at);

create table exports (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        not null references organisations (id) on delete cascade,
    requested_by    uuid        references users (id) on delete set null,
    content         text        not null,
    status          text        not null default 'queued',
    object_key      text,
    created_at      timestamptz not null default now(),
    finished_at     timestamptz,
    expires_at      timestamptz,           -- the file is deleted then

    constraint exports_content_known check (content in ('all', 'invoices', 'projects', 'usage')),
    constraint exports_status_known  check (status in ('queued', 'ready', 'failed', 'expired')),
    constraint exports_ready_whole   check (status <> 'ready' or num_nonnulls(object_key, finished_at, expires_at) = 3)
);
create index exports_organisation_id_idx on exports (organisation_id);
create index exports_requested_by_idx on exports (requested_by);
create index exports_expires_at_idx on exports (expires_at) where status = 'ready';

create table legal_holds (
    id              uuid        primary key default gen_random_uuid(),
    organisation_id uuid        references organisations (id),  -- none: all clients
    data_class      text        not null,
    reason          text        not null,
    placed_by       text        not null,
    placed_at       timestamptz not null default now(),
    review_on       date        not null,
    released_by     text,
    released_at     timestamptz,

    constraint legal_holds_reason_length  check (length(btrim(reason)) between 10 and 500),
    constraint legal_holds_review_soon    check (review_on > (placed_at at time zone 'UTC')::date
        and review_on <= (placed_at at time zone 'UTC')::date + 184),
    constraint legal_holds_released_whole check ((released_at is null) = (released_by is null)),
    constraint legal_holds_released_later check (released_at >= placed_at)
);
create index legal_holds_organisation_id_idx on legal_holds (organisation_id);

create table purge_runs (
    id         bigint      primary key generated always as identity,
    data_class text        not null,
    ran_at     timestamptz not null default now(),
    cutoff     timestamptz not null,
    removed    bigint      not null,
    held       bigint      not null,

    constraint purge_runs_counts_positive check (removed >= 0 and held >= 0),
    constraint purge_runs_cutoff_past     check (cutoff <= ran_at)
);
create index purge_runs_class_idx on purge_runs (data_class, ran_at desc);

create table schema_migrations (
    version    text        primary key,
    name       text        not null,
    checksum   text        not null,
    applied_at timestamptz not null default now(),

    constraint schema_migrations_version_form  check (version ~ '^[0-9]{4}$'),
    constraint schema_migrations_checksum_form check (checksum ~ '^[0-9a-f]{64}$')
);
-- ANCHOR_END: machinery

-- ANCHOR: audit
-- Append-only and chained. The chain goes over the digest of `detail`, so that an erasure of the detail keeps it valid.
create table audit_log (
    seq             bigint      primary key,  -- given by the trigger: no gaps
    occurred_at     timestamptz not null,
    organisation_id uuid,                     -- no reference: the entry outlives the organisation
    actor           text        not null,
    action          text        not null,
    target          text        not null default '',
    trace_id        text,                     -- ties it to the logs
    detail          jsonb,                    -- what is erased when a person may ask for it
    detail_digest   bytea       not null,
    erased_at       timestamptz,
    previous_hash   bytea       not null,
    hash            bytea       not null,

    constraint audit_log_actor_form  check (actor ~ '^(user|staff|key|system):[0-9a-z.-]+$'),
    constraint audit_log_action_form check (action ~ '^[a-z_]+\.[a-z_]+$'),
    constraint audit_log_erased_whole check ((detail is null) = (erased_at is not null))
);
create index audit_log_organisation_id_idx on audit_log (organisation_id, occurred_at desc);
create index audit_log_occurred_at_idx on audit_log (occurred_at);
create index audit_log_actor_idx on audit_log (actor, occurred_at desc);

create function audit_log_hash(r audit_log) returns bytea language sql stable as $$
    select sha256(convert_to(jsonb_build_array(encode(r.previous_hash, 'hex'), r.seq,
        to_char(r.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), r.organisation_id, r.actor,
        r.action, r.target, r.trace_id, encode(r.detail_digest, 'hex'))::text, 'UTF8'))
$$;

create function audit_log_append() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
declare
    last audit_log;
begin
    perform pg_advisory_xact_lock(20202);  -- one writer at a time, until its transaction ends
    select * into last from audit_log order by seq desc limit 1;
    new.seq := coalesce(last.seq, 0) + 1;
    new.occurred_at := coalesce(new.occurred_at, now());
    -- Without the nonce, whoever guesses an erased detail could prove the guess by its digest.
    new.detail := coalesce(new.detail, '{}') || jsonb_build_object('nonce', gen_random_uuid());
    new.detail_digest := sha256(convert_to(new.detail::text, 'UTF8'));
    new.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
    new.hash := audit_log_hash(new);
    return new;
end $$;
create trigger audit_log_append before insert on audit_log for each row execute function audit_log_append();

create function audit_log_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if old.occurred_at < now() - interval '730 days' then
            return old;  -- its period is over
        end if;
    elsif tg_op = 'UPDATE' then
        if old.detail is not null and new.detail is null and new.erased_at is not null and
           (to_jsonb(new) - 'detail' - 'erased_at') = (to_jsonb(old) - 'detail' - 'erased_at') then
            return new;  -- erasure
        end if;
    end if;
    raise exception 'audit_log_guard: the audit log is append-only';
end $$;
create trigger audit_log_guard before update or delete on audit_log for each row execute function audit_log_guard();
create trigger audit_log_no_truncate before truncate on audit_log for each statement execute function audit_log_guard();
-- ANCHOR_END: audit

-- ANCHOR: touch
-- Receivers of events compare versions, so each change of such a row raises its own.
create function set_updated_at() returns trigger language plpgsql as $$
begin
    new.updated_at := now();
    return new;
end $$;
create function raise_version() returns trigger language plpgsql as $$
begin
    new.version := old.version + 1;
    return new;
end $$;
create trigger organisations_updated before update on organisations
    for each row execute function set_updated_at();
create trigger organisations_version before update on organisations
    for each row execute function raise_version();
create trigger users_updated before update on users
    for each row execute function set_updated_at();
create trigger members_updated before update on members
    for each row execute function set_updated_at();
create trigger members_version before update on members
    for each row execute function raise_version();
create trigger subscriptions_updated before update on subscriptions
    for each row execute function set_updated_at();
create trigger subscriptions_version before update on subscriptions
    for each row execute function raise_version();
create trigger projects_updated before update on projects
    for each row execute function set_updated_at();
create trigger projects_version before update on projects
    for each row execute function raise_version();
create trigger invoices_updated before update on invoices
    for each row execute function set_updated_at();
create trigger invoices_version before update on invoices
    for each row execute function raise_version();
create trigger payments_updated before update on payments
    for each row execute function set_updated_at();
create trigger webhook_endpoints_updated before update on webhook_endpoints
    for each row execute function set_updated_at();
-- ANCHOR_END: touch

-- ANCHOR: seed
-- As in plans.csv and events.yaml; a test compares them.
insert into plans (id, price_minor, included, overage_minor, rate_min, burst, sla, support) values
    ('starter', 4900, 50000, 100, 60, 30, 99.5, 'standard'),
    ('team', 14900, 250000, 60, 300, 100, 99.9, 'priority'),
    ('business', 49900, 1000000, 50, 1200, 300, 99.9, 'premium');
insert into event_types (type, version, data_class) values
    ('organisation.updated', 1, 'account'),
    ('member.added', 1, 'account'),
    ('member.role_changed', 1, 'account'),
    ('member.removed', 1, 'account'),
    ('api_key.created', 1, 'security'),
    ('api_key.revoked', 1, 'security'),
    ('subscription.created', 1, 'billing'),
    ('subscription.changed', 1, 'billing'),
    ('subscription.cancelled', 1, 'billing'),
    ('invoice.created', 1, 'billing'),
    ('invoice.paid', 1, 'billing'),
    ('invoice.payment_failed', 1, 'billing'),
    ('invoice.overdue', 1, 'billing'),
    ('project.updated', 1, 'project'),
    ('webhook_endpoint.disabled', 1, 'account'),
    ('webhook.ping', 1, 'none');
-- ANCHOR_END: seed
