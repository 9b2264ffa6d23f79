-- Contract: one release after nothing reads or writes `urgency` any more.
-- The checked constraint lets PostgreSQL set the column to not null without reading the table.
alter table support_cases alter column priority set not null;
alter table support_cases drop constraint support_cases_priority_given;
drop trigger support_cases_sync on support_cases;
drop function support_cases_sync();
alter table support_cases drop column urgency;
