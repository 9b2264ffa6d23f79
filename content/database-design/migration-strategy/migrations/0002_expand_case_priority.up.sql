-- Expand: cases get a priority (P1 to P4) beside the old number `urgency` (1 to 4). Old and new releases both work.
alter table support_cases add column priority text;

-- While both columns live, whichever a release writes fills the other.
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

-- Not valid: new rows are checked from now on, old ones are not read yet.
alter table support_cases add constraint support_cases_priority_known
    check (priority in ('P1', 'P2', 'P3', 'P4')) not valid;
alter table support_cases add constraint support_cases_priority_given check (priority is not null) not valid;
