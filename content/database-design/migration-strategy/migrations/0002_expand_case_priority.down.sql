drop trigger support_cases_sync on support_cases;
drop function support_cases_sync();
alter table support_cases drop column priority;
