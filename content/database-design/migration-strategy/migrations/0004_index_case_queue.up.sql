-- no transaction
-- A failed build leaves an invalid index behind, so one of that name is dropped first.
drop index concurrently if exists support_cases_queue_idx;
create index concurrently support_cases_queue_idx on support_cases (priority, created_at) where status <> 'closed';
