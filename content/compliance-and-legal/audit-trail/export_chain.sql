-- The whole audit log as lines of JSON, for verify_audit.py. Runs as portal_security; only reads.
-- `detail` is a text here: its digest was made over these very signs.
select jsonb_build_object(
    'seq', seq, 'occurred_at', to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'organisation_id', organisation_id, 'actor', actor, 'action', action, 'target', target, 'trace_id', trace_id,
    'detail', detail::text, 'detail_digest', encode(detail_digest, 'hex'),
    'previous_hash', encode(previous_hash, 'hex'), 'hash', encode(hash, 'hex'))
from audit_log order by seq;
