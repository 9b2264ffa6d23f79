-- Whose buckets are empty now, and until when. Read-only.
select o.slug, s.plan_id, r.policy, ceil(extract(epoch from r.full_at - now())) as full_in_s
from rate_limits r
join organisations o on o.id = r.organisation_id
left join subscriptions s on s.organisation_id = coalesce(o.sandbox_of, o.id) and s.status <> 'cancelled'
where r.full_at > now()
order by r.full_at desc
limit 20;
