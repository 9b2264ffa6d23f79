-- no transaction
drop index concurrently support_cases_queue_idx;
