-- Endpoints with trouble, worst first. Read-only; runs on the replica.
SELECT endpoint_id,
       state,
       reason,
       last_outcome,
       count(*)        AS deliveries,
       min(created_at) AS oldest,
       min(due_at)     AS next_attempt
FROM webhook_deliveries
WHERE state = 'dead'
   OR (state = 'pending' AND attempts > 0)
GROUP BY endpoint_id, state, reason, last_outcome
ORDER BY deliveries DESC, endpoint_id
LIMIT 20;
