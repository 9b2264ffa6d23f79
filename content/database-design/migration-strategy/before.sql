-- Takes the schema back to where it stood before migration 0002, so that the way forward can be tried on it.
alter table support_cases drop constraint support_cases_priority_known;
drop index support_cases_queue_idx;
alter table support_cases add column urgency integer;
update support_cases set urgency = substr(priority, 2)::integer;
alter table support_cases alter column urgency set not null;
alter table support_cases add constraint support_cases_urgency_range check (urgency between 1 and 4);
alter table support_cases drop column priority;
