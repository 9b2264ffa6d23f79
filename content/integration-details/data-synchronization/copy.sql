-- What the ledger holds, as the nightly reconciliation reads it from the provider: one row an invoice.
create temporary table ledger_copy (
    number         text    primary key,
    object_version integer not null,
    status         text    not null,
    total_minor    bigint  not null,
    currency       text    not null
);
