-- Possible because `urgency` can be computed. Where it can't, the down file says so and raises an error.
alter table support_cases add column urgency integer;
update support_cases set urgency = substr(priority, 2)::integer;
alter table support_cases alter column urgency set not null;
alter table support_cases add constraint support_cases_urgency_range check (urgency between 1 and 4);
alter table support_cases alter column priority drop not null;
alter table support_cases add constraint support_cases_priority_given check (priority is not null);
create function support_cases_sync() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        new.priority := coalesce(new.priority, 'P' || new.urgency);
        new.urgency := coalesce(new.urgency, substr(new.priority, 2)::integer);
    elsif new.priority is distinct from old.priority then
        new.urgency := substr(new.priority, 2)::integer;
    elsif new.urgency is distinct from old.urgency then
        new.priority := 'P' || new.urgency;
    end if;
    return new;
end $$;
create trigger support_cases_sync before insert or update on support_cases
    for each row execute function support_cases_sync();
