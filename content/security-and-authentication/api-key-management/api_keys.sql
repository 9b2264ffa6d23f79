-- API keys of client organisations. PostgreSQL 15.
-- Needs the tables `organisations` and `users`, each with `id uuid primary key`.
-- Whoever changes the prefix, the scopes or the lifetimes here changes api_keys.py too; a test compares them.

-- ANCHOR: table
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
-- ANCHOR_END: table

-- ANCHOR: indexes
-- The list in the portal, and the nightly sweep over open keys. Verification uses api_keys_digest_unique.
create index api_keys_organisation_id_idx on api_keys (organisation_id);
create index api_keys_open_idx on api_keys (expires_at) where revoked_at is null;
create index api_keys_created_by_idx on api_keys (created_by);  -- for the deletion of a person
-- ANCHOR_END: indexes

-- ANCHOR: guard
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
-- ANCHOR_END: guard
