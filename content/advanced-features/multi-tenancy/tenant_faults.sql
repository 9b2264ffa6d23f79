-- What breaks the isolation of clients, one row a fault. Expected: no row. Read-only; runs as postgres in the pipeline,
-- after schema.sql and roles.sql, and weekly on production.
with global (name) as (values
    -- Ours, or of people who may work for several clients. A new name here is reviewed by security.
    ('event_types'), ('number_series'), ('one_time_tokens'), ('organisations'), ('passkeys'), ('plans'), ('purge_runs'),
    ('recovery_codes'), ('schema_migrations'), ('sessions'), ('sign_in_attempts'), ('staff'), ('totp_seeds'), ('users'),
    ('webhook_attempts')  -- through its delivery
), may_be_null (name) as (values
    ('audit_log'), ('data_keys'), ('legal_holds')  -- rows of our own
), tables as (
    select c.oid, c.relname::text as name, c.relrowsecurity and c.relforcerowsecurity as forced, a.attnum, a.attnotnull
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid and a.attname = 'organisation_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
)
select 'no organisation_id' as fault, name as subject from tables
where attnum is null and name not in (select name from global)
union all
select 'organisation_id may be null', name from tables
where not attnotnull and name not in (select name from may_be_null)
union all
select 'row-level security not forced', name from tables
where not forced and (attnum is not null or has_any_column_privilege('portal_app', oid, 'select')
    and name not in ('event_types', 'number_series', 'plans'))
union all
select 'policy of portal_app lets all rows through', t.name from tables t join pg_policy p on p.polrelid = t.oid
where 'portal_app'::regrole = any (p.polroles) and pg_get_expr(p.polqual, p.polrelid) !~ 'current_organisation'
union all
select 'policy for everybody', t.name from tables t join pg_policy p on p.polrelid = t.oid
where p.polroles = '{0}'
union all
-- A row of one client must not refer to a row of another.
select 'reference without organisation_id', k.conname from pg_constraint k
join tables t on t.oid = k.conrelid join tables r on r.oid = k.confrelid
where k.contype = 'f' and t.attnum is not null and r.attnum is not null and not t.attnum = any (k.conkey)
union all
select 'view that runs as its owner', c.relname from pg_class c
where c.relnamespace = 'public'::regnamespace
  and (c.relkind = 'm' or c.relkind = 'v' and not coalesce(c.reloptions && '{security_invoker=true,security_invoker=on}', false))
union all
select 'role sees past the policies', rolname from pg_roles
where rolname like 'portal%' and (rolsuper or rolbypassrls)
order by 1, 2;
