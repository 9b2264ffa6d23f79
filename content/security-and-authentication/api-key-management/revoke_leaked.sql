-- Ends one leaked key when the application can't. The key is in a file and stays out of the command line, the shell's
-- history and the server's statement log: only its digest is sent.
--
--     LEAK_FILE=leaked.txt psql -X -v ON_ERROR_STOP=1 -f revoke_leaked.sql
--
-- Prints the key's row, or no row if the key is unknown or has ended already. Works on the first key in the file.

-- ANCHOR: revoke
\set digest `grep -oE 'hbl_(live|test)_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}' "$LEAK_FILE" | head -n 1 | tr -d '\n' | sha256sum | cut -c 1-64`

update api_keys
   set revoked_at = now(), revoked_reason = 'leaked'
 where digest = decode(:'digest', 'hex') and revoked_at is null
returning id, organisation_id, mode, hint, label, last_used_at;
-- ANCHOR_END: revoke
