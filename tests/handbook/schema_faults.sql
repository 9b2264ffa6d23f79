-- One fault a line, on the rows of seed.sql: the constraint that must refuse it, then the statement.
audit_log_action_form: insert into audit_log (actor, action) values ('system:x', 'Created a key')
audit_log_actor_form: insert into audit_log (actor, action) values ('marc@foods.example', 'api_key.created')
audit_log_erased_whole: insert into audit_log (actor, action, erased_at) values ('system:x', 'api_key.created', now())
credit_notes_amounts_positive: update credit_notes set net_minor = 0
credit_notes_currency_form: update credit_notes set currency = 'eur'
credit_notes_invoice: update credit_notes set organisation_id = '00000000-0000-4000-8000-00000000000b'
credit_notes_number_form: update credit_notes set number = 'CN-26-1'
credit_notes_number_unique: insert into credit_notes (organisation_id, invoice_id, number, reason, net_minor, tax_minor, issued_on) select organisation_id, invoice_id, number, reason, net_minor, tax_minor, issued_on from credit_notes
credit_notes_reason_known: update credit_notes set reason = 'sorry'
data_keys_current_unique: insert into data_keys (purpose, kek_version, wrapped) values ('totp-seed', '2', '\x00')
data_keys_destroyed_whole: update data_keys set wrapped = null, retired_at = now()
data_keys_purpose_known: update data_keys set purpose = 'notes'
data_keys_retired_first: update data_keys set wrapped = null, destroyed_at = now()
event_types_form: insert into event_types values ('InvoicePaid', 1, 'billing')
event_types_version_positive: insert into event_types values ('invoice.paid', 0, 'billing')
exports_content_known: update exports set content = 'secrets'
exports_ready_whole: update exports set status = 'ready'
exports_status_known: update exports set status = 'done'
idempotency_keys_answer_whole: update idempotency_keys set response = '{}'
idempotency_keys_digest_size: update idempotency_keys set request_digest = 'x'
idempotency_keys_key_form: update idempotency_keys set key = 'short'
idempotency_keys_status_range: update idempotency_keys set status = 503
invitations_digest_size: update invitations set digest = 'the token itself'
invitations_digest_unique: insert into invitations (organisation_id, email, role, digest, expires_at) select organisation_id, 'x@y.example', role, digest, expires_at from invitations
invitations_email_form: update invitations set email = 'nobody'
invitations_lifetime: update invitations set expires_at = created_at + interval '169 hours'
invitations_one_end: update invitations set accepted_at = now(), revoked_at = now()
invitations_open_unique: insert into invitations (organisation_id, email, role, digest, expires_at) select organisation_id, 'Lena@foods.example', role, sha256('other'), expires_at from invitations
invitations_role_known: update invitations set role = 'owner'
invoice_lines_description_length: insert into invoice_lines (invoice_id, organisation_id, position, description, unit_minor, net_minor, tax_rate, tax_minor) values ('0e100000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 1, ' ', 100, 100, 0, 0)
invoice_lines_invoice: insert into invoice_lines (invoice_id, organisation_id, position, description, unit_minor, net_minor, tax_rate, tax_minor) values ('0e100000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b', 1, 'x', 100, 100, 0, 0)
invoice_lines_net_computed: insert into invoice_lines (invoice_id, organisation_id, position, description, quantity, unit_minor, net_minor, tax_rate, tax_minor) values ('0e100000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 1, 'x', 2, 100, 100, 0, 0)
invoice_lines_position_positive: insert into invoice_lines (invoice_id, organisation_id, position, description, unit_minor, net_minor, tax_rate, tax_minor) values ('0e100000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 0, 'x', 100, 100, 0, 0)
invoice_lines_position_unique: insert into invoice_lines (invoice_id, organisation_id, position, description, unit_minor, net_minor, tax_rate, tax_minor) select '0e100000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 1, 'x', 100, 100, 0, 0 from generate_series(1, 2)
invoice_lines_tax_category_known: insert into invoice_lines (invoice_id, organisation_id, position, description, unit_minor, net_minor, tax_rate, tax_minor, tax_category) values ('0e100000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 1, 'x', 100, 100, 0, 0, 'X')
invoice_lines_tax_only_standard: insert into invoice_lines (invoice_id, organisation_id, position, description, unit_minor, net_minor, tax_rate, tax_minor, tax_category) values ('0e100000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 1, 'x', 100, 100, 23, 23, 'AE')
invoice_lines_tax_rate_share: insert into invoice_lines (invoice_id, organisation_id, position, description, unit_minor, net_minor, tax_rate, tax_minor) values ('0e100000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 1, 'x', 100, 100, 123, 0)
invoices_amounts_positive: update invoices set net_minor = -1 where status = 'draft'
invoices_currency_form: update invoices set currency = '€' where status = 'draft'
invoices_due_later: update invoices set due_on = issued_on - 1 where status = 'open'
invoices_issued_whole: update invoices set number = 'INV-2026-000009' where status = 'draft'
invoices_number_form: insert into invoices (organisation_id, status, number, issued_on, due_on, buyer) values ('00000000-0000-4000-8000-00000000000a', 'open', '2026/9', '2026-11-01', '2026-11-15', '{}')
invoices_number_unique: insert into invoices (organisation_id, status, number, issued_on, due_on, buyer) values ('00000000-0000-4000-8000-00000000000a', 'open', 'INV-2026-000001', '2026-11-01', '2026-11-15', '{}')
invoices_paid_whole: update invoices set status = 'paid' where status = 'open'
invoices_purchase_order_length: update invoices set purchase_order = repeat('x', 41)
invoices_project: update invoices set project_id = '0d000000-0000-4000-8000-00000000000b' where status = 'draft'
invoices_status_known: insert into invoices (organisation_id, status, number, issued_on, due_on, buyer) values ('00000000-0000-4000-8000-00000000000a', 'sent', 'INV-2026-000009', '2026-11-01', '2026-11-15', '{}')
invoices_subscription: update invoices set subscription_id = '0c000000-0000-4000-8000-00000000000b' where status = 'draft'
legal_holds_reason_length: update legal_holds set reason = 'because'
legal_holds_released_later: update legal_holds set released_by = 'legal', released_at = placed_at - interval '1 day'
legal_holds_released_whole: update legal_holds set released_at = now()
legal_holds_review_soon: update legal_holds set review_on = placed_at::date + 185
members_person_unique: insert into members (organisation_id, user_id, role) select organisation_id, user_id, 'admin' from members where role = 'member'
members_role_known: update members set role = 'root' where role = 'member'
number_series_form: insert into number_series values ('INVOICE')
one_time_tokens_digest_size: update one_time_tokens set digest = 'the token itself'
one_time_tokens_digest_unique: insert into one_time_tokens (user_id, purpose, digest, email, expires_at) select user_id, 'email-verification', digest, email, expires_at from one_time_tokens
one_time_tokens_lifetime: update one_time_tokens set expires_at = created_at + interval '31 minutes'
one_time_tokens_open_unique: insert into one_time_tokens (user_id, purpose, digest, email, expires_at) select user_id, purpose, sha256('other'), email, expires_at from one_time_tokens
one_time_tokens_purpose_known: update one_time_tokens set purpose = 'sign-in'
one_time_tokens_used_in_time: update one_time_tokens set used_at = expires_at
organisations_anonymised_closed: update organisations set anonymised_at = now()
organisations_closed_whole: update organisations set status = 'closed'
organisations_country_form: update organisations set country = 'ie'
organisations_email_form: update organisations set billing_email = 'accounts'
organisations_name_length: update organisations set name = ' '
organisations_sandbox_unique: insert into organisations (slug, name, legal_name, country, address, billing_email, sandbox_of) select 'again', name, legal_name, country, address, billing_email, sandbox_of from organisations where sandbox_of is not null
organisations_slug_form: update organisations set slug = 'Example Foods' where slug = 'north-quay'
organisations_slug_unique: update organisations set slug = 'example-foods' where slug = 'north-quay'
organisations_status_known: update organisations set status = 'gone'
organisations_suspended_why: update organisations set status = 'suspended'
organisations_vat_id_form: update organisations set vat_id = '1234567' where vat_id is not null
outbox_event_unique: insert into outbox (organisation_id, event_id, type, version, subject_id, subject_version, payload) select organisation_id, event_id, type, version, subject_id, subject_version, payload from outbox
outbox_payload_size: update outbox set payload = (select jsonb_agg(md5(n::text)) from generate_series(1, 9000) n)
outbox_type: update outbox set version = 2
passkeys_credential_size: update passkeys set credential_id = 'short'
passkeys_credential_unique: insert into passkeys (user_id, credential_id, public_key, label) select user_id, credential_id, public_key, label from passkeys
passkeys_label_length: update passkeys set label = ''
passkeys_one_person: update passkeys set staff_id = '04000000-0000-4000-8000-000000000001'
payment_methods_default_unique: insert into payment_methods (organisation_id, provider_ref, method, hint, is_default) select organisation_id, 'pm_2', method, hint, true from payment_methods
payment_methods_hint_form: update payment_methods set hint = '4242424242424242'
payment_methods_method_known: update payment_methods set method = 'cash'
payment_methods_provider_ref_unique: insert into payment_methods (organisation_id, provider_ref, method, hint) select organisation_id, provider_ref, method, hint from payment_methods
payments_amount_positive: update payments set amount_minor = 0
payments_currency_form: update payments set currency = 'euro'
payments_failure_whole: update payments set status = 'failed'
payments_invoice: update payments set organisation_id = '00000000-0000-4000-8000-00000000000b'
payments_method_known: update payments set method = 'cash'
payments_provider_ref_unique: insert into payments (organisation_id, invoice_id, provider_ref, method, amount_minor, status) select organisation_id, invoice_id, provider_ref, method, amount_minor, status from payments
payments_status_known: update payments set status = 'done'
plans_amounts_positive: update plans set price_minor = 0
plans_limits_positive: update plans set burst = rate_min + 1
plans_sla_share: update plans set sla = 0.999
plans_support_known: update plans set support = 'gold'
projects_approved_first: update projects set stage = 'agreed' where approved_at is null
projects_budget_positive: update projects set budget_minor = -1
projects_currency_form: update projects set currency = 'EURO'
projects_due_later: update projects set due_on = starts_on - 1
projects_name_length: update projects set name = ''
projects_stage_known: update projects set stage = 'done'
purge_runs_counts_positive: update purge_runs set removed = -1
purge_runs_cutoff_past: update purge_runs set cutoff = ran_at + interval '1 second'
recovery_codes_hash_form: update recovery_codes set code_hash = 'ABCD-EFGH'
schema_migrations_checksum_form: update schema_migrations set checksum = 'x'
schema_migrations_version_form: update schema_migrations set version = '1'
sessions_digest_size: update sessions set digest = 'the cookie itself'
sessions_digest_unique: update sessions set digest = sha256('session a')
sessions_ended_known: update sessions set ended_at = now(), ended_reason = 'bored'
sessions_ended_whole: update sessions set ended_at = now()
sessions_factors_known: update sessions set factors = 'sms'
sessions_lifetime: update sessions set expires_at = created_at + interval '12 hours 1 second'
sessions_one_person: update sessions set user_id = null
sessions_staff_passkey: update sessions set user_id = null, staff_id = '04000000-0000-4000-8000-000000000001', factors = 'password+totp', expires_at = created_at + interval '1 hour'
sign_in_attempts_hash_size: update sign_in_attempts set email_hash = 'marc@foods.example'
sign_in_attempts_outcome_known: update sign_in_attempts set outcome = 'maybe'
staff_email_form: update staff set email = 'Sam@harbourline.example' where role = 'engineer'
staff_email_unique: update staff set email = 'sam@harbourline.example' where role = 'engineer'
staff_ended_later: update staff set ended_at = created_at - interval '1 day'
staff_role_known: update staff set role = 'root'
subscriptions_cancelled_whole: update subscriptions set status = 'cancelled'
subscriptions_current_unique: insert into subscriptions (organisation_id, plan_id, period_start, period_end) select organisation_id, plan_id, period_start, period_end from subscriptions
subscriptions_period_forward: update subscriptions set period_end = period_start
subscriptions_status_known: update subscriptions set status = 'trial'
support_cases_closed_whole: update support_cases set status = 'closed'
support_cases_number_unique: insert into support_cases (organisation_id, number, subject, priority) overriding system value select organisation_id, number, subject, priority from support_cases
support_cases_priority_known: update support_cases set priority = 'urgent'
support_cases_status_known: update support_cases set status = 'new'
support_cases_subject_length: update support_cases set subject = ''
usage_daily_calls_positive: update usage_daily set calls = -1
users_email_form: update users set email = 'marc'
users_email_unique: update users set email = 'AOIFE@foods.example' where email = 'marc@foods.example'
users_name_length: update users set full_name = ''
users_password_hash_form: update users set password_hash = 'correct horse battery staple'
webhook_attempts_duration_positive: update webhook_attempts set duration_ms = -1
webhook_attempts_number_range: update webhook_attempts set number = 10
webhook_deliveries_attempts_count: update webhook_deliveries set attempts = 10
webhook_deliveries_ended_whole: update webhook_deliveries set state = 'delivered'
webhook_deliveries_endpoint: update webhook_deliveries set endpoint_id = '13000000-0000-4000-8000-00000000000b'
webhook_deliveries_event: update webhook_deliveries set event_id = '14000000-0000-4000-8000-00000000000b'
webhook_deliveries_reason_known: update webhook_deliveries set state = 'dead', ended_at = now(), reason = 'bored'
webhook_deliveries_reason_whole: update webhook_deliveries set state = 'dead', ended_at = now()
webhook_deliveries_state_known: update webhook_deliveries set state = 'lost', ended_at = now()
webhook_endpoints_data_key: update webhook_endpoints set data_key_id = '09000000-0000-4000-8000-00000000000b'
webhook_endpoints_dead_positive: update webhook_endpoints set dead_in_a_row = -1
webhook_endpoints_disabled_known: update webhook_endpoints set disabled_at = now(), disabled_reason = 'bored'
webhook_endpoints_disabled_whole: update webhook_endpoints set disabled_at = now()
webhook_endpoints_previous_whole: update webhook_endpoints set previous_secret = '\x00'
webhook_endpoints_url_form: update webhook_endpoints set url = 'https://10.0.0.1/hook'
webhook_events_body_size: update webhook_events set body = decode(repeat('00', 262145), 'hex')
webhook_events_type: update webhook_events set version = 2
