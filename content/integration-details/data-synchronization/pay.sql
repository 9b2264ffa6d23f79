-- The change and the message about it: one transaction, or neither. Parameters: invoice, version that was read.
with changed as (
    update invoices
    set status = 'paid', paid_at = now(), version = version + 1, updated_at = now()
    where id = :'invoice' and status = 'open' and version = :'version'
    returning id, organisation_id, version, number, total_minor, currency, paid_at
)
insert into outbox (organisation_id, type, version, subject_id, subject_version, payload)
select organisation_id, 'invoice.paid', 1, id, version,
       jsonb_build_object('invoice_id', id, 'number', number, 'amount_minor', total_minor, 'currency', currency,
                          'paid_at', to_char(paid_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
from changed
returning event_id;
