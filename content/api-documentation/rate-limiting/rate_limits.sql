-- The shared buckets and the exceptions. PostgreSQL 15; needs schema.sql.

-- ANCHOR: buckets
-- Not logged and not in backups: after a crash all buckets are full, which harms nobody.
create unlogged table rate_limits (
    organisation_id uuid        not null,
    policy          text        not null,
    full_at         timestamptz not null,

    primary key (organisation_id, policy)
) with (fillfactor = 50);  -- room for the new version of a row beside the old one

-- Takes `cost` out of a bucket, in one statement that locks one row. `at` is for tests.
create function rate_take(organisation uuid, policy_name text, per_minute integer, burst integer, cost integer default 1,
    at timestamptz default clock_timestamp(), out allowed boolean, out remaining integer, out wait interval)
language plpgsql as $$
declare
    step  constant interval := interval '1 minute' / per_minute;
    room  constant interval := step * burst;
    state timestamptz;
begin
    insert into rate_limits as r (organisation_id, policy, full_at) values (organisation, policy_name, at)
    on conflict (organisation_id, policy) do update set full_at = greatest(r.full_at, at)
    returning r.full_at into state;
    allowed := state + step * cost - at <= room;
    if allowed then
        state := state + step * cost;
        update rate_limits set full_at = state where organisation_id = organisation and policy = policy_name;
    end if;
    remaining := greatest(0, floor(extract(epoch from room - (state - at)) / extract(epoch from step)));
    wait := case when allowed then interval '0' else state + step * cost - at - room end;
end $$;
-- ANCHOR_END: buckets

-- ANCHOR: overrides
-- More for one client, for a while: never without an end, and never more than twice the plan.
create table rate_overrides (
    organisation_id uuid        primary key references organisations (id) on delete cascade,
    factor          numeric(3, 2) not null,
    reason          text        not null,
    created_at      timestamptz not null default now(),
    until           timestamptz not null,

    constraint rate_overrides_factor_range check (factor > 1 and factor <= 2),
    constraint rate_overrides_reason_given check (length(btrim(reason)) between 10 and 500),
    constraint rate_overrides_until_soon   check (until > created_at and until <= created_at + interval '336 hours')
);

create view rate_policies as
select s.organisation_id,
       (p.rate_min * coalesce(o.factor, 1))::integer as per_minute,
       (p.burst * coalesce(o.factor, 1))::integer    as burst
from subscriptions s
join plans p on p.id = s.plan_id
left join rate_overrides o on o.organisation_id = s.organisation_id and o.until > now()
where s.status <> 'cancelled';
-- ANCHOR_END: overrides
