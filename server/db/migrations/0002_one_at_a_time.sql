-- 0002_one_at_a_time.sql
-- What can be only once at a time, whatever the code above thinks: a worker's minutes, a bike's
-- appointment, a job's worker, a plate. Only what is still going on counts; what has ended frees
-- its place. The names are known to db/constraints.ts, which says what a user is told.
-- Needs btree_gist (in PGlite too). Locks each table for one scan: fine while they are small.
create extension if not exists btree_gist;

-- A worker is never promised twice for the same minutes, unless an owner doubles up knowingly.
alter table assignment add constraint worker_no_overlap
	exclude using gist (worker_id with =, during with &&)
	where (state in ('hold', 'planned', 'accepted', 'working') and not overbook);

-- A bike is never in two places.
alter table booking add constraint booking_vehicle_no_overlap
	exclude using gist (vehicle_id with =, during with &&)
	where (status in ('held', 'confirmed', 'received'));

-- One person answers for a job, and is asked about it, at a time.
create unique index assignment_one_live on assignment (job_id)
	where state in ('hold', 'planned', 'accepted', 'working');
create unique index job_offer_one_live on job_offer (job_id) where status = 'sent';
-- Told of several jobs he may be; asked about one.
create unique index job_offer_one_per_worker on job_offer (worker_id)
	where status = 'sent' and kind = 'ask';

-- Nobody works on two clocks of a kind.
create unique index worker_time_one_open on worker_time (worker_id, kind) where ended_at is null;

-- A plate belongs to one bike among the living, a phone to one customer who was not merged away.
create unique index vehicle_reg_live on vehicle (registration_key) where retired_at is null;
create unique index customer_phone on customer (phone) where merged_into is null;

-- A user is the same thing in the same place once; a worker or a customer is one user.
create unique index role_grant_one_live on role_grant (user_id, role, shop_id)
	nulls not distinct where revoked_at is null;
create unique index role_grant_one_user_per_worker on role_grant (worker_id)
	where role = 'worker' and revoked_at is null;
create unique index role_grant_one_user_per_customer on role_grant (customer_id)
	where role = 'customer' and revoked_at is null;

-- An hour-glass is turned once per purpose.
create unique index timer_key_waiting on timer (key) where ran_at is null;

-- There is one data set.
create unique index installation_one_row on installation ((true));
