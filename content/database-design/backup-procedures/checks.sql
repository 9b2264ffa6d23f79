-- What was restored, in one row: clients, invoices, newest entry of the audit log, and whether its chain holds.
select (select count(*) from organisations),
       (select count(*) from invoices),
       (select to_char(max(occurred_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from audit_log),
       case when exists (
           select from audit_log a left join audit_log b on b.seq = a.seq - 1
           where a.hash <> audit_log_hash(a)
              or (b.seq is not null and a.previous_hash <> b.hash)
              or (b.seq is null and a.seq > (select min(seq) from audit_log))
       ) then 'chain broken' else 'chain whole' end;
