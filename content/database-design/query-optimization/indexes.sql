-- Indexes that cost writes and serve nothing: never used since the statistics began, and not there to refuse a row.
select s.indexrelname as index, s.relname as table, pg_size_pretty(pg_relation_size(s.indexrelid)) as size
from pg_stat_user_indexes s
join pg_index i using (indexrelid)
where s.idx_scan = 0 and not i.indisunique
order by pg_relation_size(s.indexrelid) desc, index
limit 20;
