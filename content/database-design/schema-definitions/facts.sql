-- Counts what schema.sql has made, to compare with facts.txt. Read-only.
select 'tables ' || count(*) from pg_tables where schemaname = 'public'
union all
select case contype when 'c' then 'checks ' when 'f' then 'references ' when 'p' then 'primary keys '
       when 'u' then 'unique constraints ' end || count(*)
from pg_constraint where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'p', 'u') group by contype
union all
select 'indexes ' || count(*) from pg_indexes where schemaname = 'public'
union all
select 'triggers ' || count(*) from pg_trigger where not tgisinternal
order by 1;
