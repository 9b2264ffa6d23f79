-- The record of processing for clients (GDPR article 30(2)): who they are, how to reach them, and what a transfer to
-- them needs. Categories, other transfers and measures are those of the agreement's annexes. Runs as portal_security.
select o.legal_name, o.address, o.country, string_agg(u.email, ', ' order by u.email) as owners, o.created_at::date as since,
       o.closed_at::date as until,
       case when o.country in ('AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE',
                               'IS', 'IT', 'LI', 'LT', 'LU', 'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK')
                 then 'inside'
            when o.country in ('BR', 'CA', 'CH', 'GB') then 'adequacy'
            when o.country in ('AU', 'US') then 'SCC module four'
            else 'ask legal' end as transfer_to_client
from organisations o
left join members m on m.organisation_id = o.id and m.role = 'owner'
left join users u on u.id = m.user_id
where o.sandbox_of is null and o.anonymised_at is null
group by o.id order by o.legal_name;
