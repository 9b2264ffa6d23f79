-- Sends whole invoices anew, in slices of 500 by number: repeat with the last number until no row comes.
-- What is read is the present state with its version, never an old event.
select number, version as object_version, status, total_minor, currency
from invoices
where status <> 'draft' and number not like 'TEST-%' and number > :'after'
order by number
limit 500;
