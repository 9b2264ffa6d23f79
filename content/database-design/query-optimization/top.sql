-- Where the database's time goes. Needs pg_stat_statements. Read-only.
select round(total_exec_time) as total_ms,
       calls,
       round(mean_exec_time::numeric, 1) as mean_ms,
       round(100 * total_exec_time / sum(total_exec_time) over ()) as share,
       rows / calls as rows_each,
       round(100.0 * shared_blks_hit / nullif(shared_blks_hit + shared_blks_read, 0)) as from_memory,
       left(regexp_replace(query, '\s+', ' ', 'g'), 80) as query
from pg_stat_statements
where calls > 0
order by total_exec_time desc
limit 15;
