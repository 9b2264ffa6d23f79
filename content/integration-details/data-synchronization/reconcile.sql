-- Differences between the portal's invoices and their copy. Changes of the last hour are still on their way.
select coalesce(i.number, c.number) as number,
       case when c.number is null then 'missing in the copy'
            when i.number is null then 'unknown to the portal'
            when c.object_version > i.version then 'copy is ahead'
            when (c.total_minor, c.currency) is distinct from (i.total_minor, i.currency) then 'amount differs'
            when c.status is distinct from i.status then 'status differs'
            else 'version is behind'
       end as drift
from (select * from invoices where status <> 'draft' and number not like 'TEST-%') as i
full join ledger_copy as c on c.number = i.number
where (i.number is null or i.updated_at < now() - interval '60 minutes')
  and (i.number is null or c.number is null
       or (c.object_version, c.total_minor, c.currency, c.status)
          is distinct from (i.version, i.total_minor, i.currency, i.status))
order by 1;
