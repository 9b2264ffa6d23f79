-- no transaction
-- Migrate: fills old rows in batches that each commit, so that no lock is held for long and a stop loses nothing.
create or replace procedure support_cases_fill(batch integer) language plpgsql as $$
declare
    last uuid := '00000000-0000-0000-0000-000000000000';
begin
    loop
        with next as (select id from support_cases where id > last order by id limit batch),
             filled as (update support_cases set priority = 'P' || urgency
                         where id in (select id from next) and priority is null)
        select max(id::text)::uuid into last from next;
        exit when last is null;
        commit;
        perform pg_sleep(0.05);  -- room for the replica and for vacuum
    end loop;
end $$;
call support_cases_fill(1000);
drop procedure support_cases_fill(integer);

-- Reads all rows, but lets them be written meanwhile.
alter table support_cases validate constraint support_cases_priority_known;
alter table support_cases validate constraint support_cases_priority_given;
