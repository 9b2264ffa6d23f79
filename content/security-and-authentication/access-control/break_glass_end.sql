-- Ends every break-glass: takes the rights of the owner from all people, and their sessions. Runs each five minutes, and
-- ends those whose hour is over; with -v all=true, all of them.
\if :{?all}
\else
\set all false
\endif
select set_config('app.end_all', :'all', false);
do $$
declare
    person text;
begin
    for person in
        select m.rolname from pg_auth_members
        join pg_roles r on r.oid = roleid join pg_roles m on m.oid = member
        where r.rolname = 'portal_owner' and m.rolname <> 'portal_migrate' and (current_setting('app.end_all')::boolean or m.rolvaliduntil <= now())
    loop
        execute format('revoke portal_owner, portal_worker from %I', person);
        execute format('alter role %I reset log_statement', person);
        perform pg_terminate_backend(pid) from pg_stat_activity where usename = person;
        insert into audit_log (actor, action, target) values ('system:break-glass', 'break_glass.closed', person);
    end loop;
end $$;
