-- Break-glass: gives one person the rights of the owner of the tables and of the worker, who sees all clients, for one
-- hour. Leaves a trace first.
--
--     psql -X -v ON_ERROR_STOP=1 -v person=eve -v reason='SEV1: …' -f break_glass.sql
--
-- The role of the person exists without rights. `valid until` ends the password, break_glass_end.sql the rights.
begin;
insert into audit_log (actor, action, target, detail) values
    ('staff:' || :'person', 'break_glass.opened', 'database', jsonb_build_object('reason', :'reason'));
select set_config('app.person', :'person', true);
do $$
begin
    execute format('grant portal_owner, portal_worker to %I', current_setting('app.person'));
    execute format('alter role %I valid until %L', current_setting('app.person'), now() + interval '1 hour');
    execute format('alter role %I set log_statement = %L', current_setting('app.person'), 'all');
end $$;
commit;
