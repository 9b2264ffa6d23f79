-- Erases the detail of one entry of the audit log, for a person who may ask for it. Runs after roles.sql.
-- The staff console calls, as portal_security: select audit_erase(48151, 'staff:eve', 'case 2217, GDPR art. 17');
-- What stays: that something was done, when, by whom and to what, as random ids.

-- ANCHOR: erase
create or replace function audit_erase(entry bigint, who text, reason text) returns void language plpgsql
    security definer set search_path = public, pg_temp as $$
declare
    erased audit_log;
begin
    select * into erased from audit_log where seq = entry;
    if not found or erased.detail is null then
        raise exception 'audit_erase: entry % has no detail', entry;
    elsif erased.action = 'audit.erased' then
        raise exception 'audit_erase: the proof of an erasure stays';
    elsif who !~ '^staff:' or length(btrim(reason)) < 10 then
        raise exception 'audit_erase: say which person of staff, and why';
    elsif exists (select from legal_holds h where h.data_class = 'audit' and h.released_at is null
        and (h.organisation_id is null or erased.organisation_id is null or h.organisation_id = erased.organisation_id)) then
        raise exception 'audit_erase: a legal hold is on the audit log';
    end if;
    update audit_log set detail = null, erased_at = now() where seq = entry;
    insert into audit_log (organisation_id, actor, action, target, detail) values
        (erased.organisation_id, who, 'audit.erased', 'audit_log:' || entry, jsonb_build_object('reason', reason));
end $$;
-- ANCHOR_END: erase

alter function audit_erase(bigint, text, text) owner to portal_guard;
revoke execute on function audit_erase(bigint, text, text) from public;
grant execute on function audit_erase(bigint, text, text) to portal_security;
grant update (detail, erased_at) on audit_log to portal_guard;
grant select on legal_holds to portal_guard;
