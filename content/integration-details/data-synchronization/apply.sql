-- How a copy takes a change: twice is as once, and an older one never undoes a newer one.
insert into ledger_copy (number, object_version, status, total_minor, currency)
values (:'number', :'object_version', :'status', :'total_minor', :'currency')
on conflict (number) do update
set object_version = excluded.object_version, status = excluded.status,
    total_minor = excluded.total_minor, currency = excluded.currency
where ledger_copy.object_version < excluded.object_version
returning number;
