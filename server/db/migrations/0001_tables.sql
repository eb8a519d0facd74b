-- 0001_tables.sql
-- Everything the server keeps: what the entities of sync/ describe, one table each under its own
-- name, and the server's own books (users, devices, log, scopes, data set).
--
-- Columns follow the entities; tests hold both to each other. Ids and times are always given, never
-- made here: a default of now() would be a second clock. Text lengths are the parsers' business.
-- Only new tables: locks nothing that is in use.

-- ---------- people ----------
-- Sign-in adds its own columns and tables in a later migration.
create table app_user (
	user_id uuid primary key,
	phone text unique check (phone ~ '^\+[1-9][0-9]{7,14}$'),
	email text not null unique,
	name text not null,
	locale text not null,
	status text not null check (status in ('active', 'suspended', 'deleted')),
	created_at timestamptz not null
);

-- ---------- shops ----------
create table shop (
	shop_id uuid primary key,
	name text not null,
	code text not null unique,
	zone text not null,
	address text not null,
	pin text not null,
	state_code text not null,
	lat double precision check (lat between -90 and 90),
	lng double precision check (lng between -180 and 180),
	phone text not null,
	gstin text,
	status text not null
		check (status in ('onboarding', 'active', 'paused', 'suspended', 'closed')),
	paused_until timestamptz,
	pause_reason text,
	policy jsonb not null,
	commission_bps integer not null check (commission_bps between 0 and 5000),
	created_at timestamptz not null
);

-- Wall times are text because 24:00, the end of a day, must come back as it was written.
create table shop_hours (
	shop_hours_id uuid primary key,
	shop_id uuid not null references shop,
	weekday integer not null check (weekday between 0 and 6),
	opens text not null check (opens ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$'),
	closes text not null check (closes ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$'),
	unique (shop_id, weekday, opens),
	constraint shop_hours_order_check check (closes > opens)
);

create table worker (
	worker_id uuid primary key,
	shop_id uuid not null references shop,
	name text not null,
	status text not null check (status in ('active', 'away', 'left')),
	unavailable_reason text,
	skills text[] not null
		check (skills <@ array['general', 'engine', 'brakes', 'electrical', 'tyres', 'ev']),
	weight integer not null check (weight between 0 and 1000),
	-- What others refer to, so that work can only be given to a worker of the shop it is in.
	unique (worker_id, shop_id)
);
create index worker_shop_id_idx on worker (shop_id);

create table worker_shift (
	worker_shift_id uuid primary key,
	shop_id uuid not null references shop,
	worker_id uuid not null,
	weekday integer not null check (weekday between 0 and 6),
	starts text not null check (starts ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$'),
	ends text not null check (ends ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$'),
	valid_from date not null,
	valid_until date,
	unique (worker_id, weekday, starts, valid_from),
	foreign key (worker_id, shop_id) references worker (worker_id, shop_id),
	constraint worker_shift_order_check check (ends > starts),
	constraint worker_shift_validity_check check (valid_until >= valid_from)
);
create index worker_shift_shop_id_idx on worker_shift (shop_id);

-- ---------- catalogue ----------
create table service_type (
	service_type_id uuid primary key,
	shop_id uuid not null references shop,
	name text not null,
	minutes integer not null check (minutes between 5 and 1440),
	buffer_after_minutes integer not null check (buffer_after_minutes between 0 and 240),
	price_paise bigint not null check (price_paise between 0 and 9007199254740991),
	sac_code text not null,
	gst_bps integer not null check (gst_bps between 0 and 10000),
	skills text[] not null
		check (skills <@ array['general', 'engine', 'brakes', 'electrical', 'tyres', 'ev']),
	active boolean not null
);
create index service_type_shop_id_idx on service_type (shop_id);

create table service_price (
	service_price_id uuid primary key,
	shop_id uuid not null references shop,
	service_type_id uuid not null references service_type,
	class text not null check (class in ('scooter', 'commuter', 'sport', 'cruiser', 'ev')),
	minutes integer not null check (minutes between 5 and 1440),
	price_paise bigint not null check (price_paise between 0 and 9007199254740991),
	unique (service_type_id, class)
);
create index service_price_shop_id_idx on service_price (shop_id);

-- ---------- customers and their bikes ----------
create table customer (
	customer_id uuid primary key,
	name text not null,
	phone text check (phone ~ '^\+[1-9][0-9]{7,14}$'),
	created_by_shop_id uuid references shop,
	merged_into uuid references customer,
	created_at timestamptz not null
);

create table role_grant (
	role_grant_id uuid primary key,
	user_id uuid not null references app_user,
	role text not null check (role in ('customer', 'worker', 'owner', 'admin', 'system')),
	shop_id uuid references shop,
	worker_id uuid references worker,
	customer_id uuid references customer,
	granted_at timestamptz not null,
	revoked_at timestamptz
);
create index role_grant_user_id_idx on role_grant (user_id);

create table vehicle (
	vehicle_id uuid primary key,
	customer_id uuid not null references customer,
	registration_number text not null check (registration_number ~ '^[A-Z0-9]{4,11}$'),
	registration_key text not null check (registration_key ~ '^[A-Z0-9]{4,11}$'),
	make text not null,
	model text not null,
	class text not null check (class in ('scooter', 'commuter', 'sport', 'cruiser', 'ev')),
	odometer_km integer check (odometer_km between 0 and 2000000),
	verification text not null check (verification in ('none', 'self', 'document', 'rc_api')),
	retired_at timestamptz,
	created_at timestamptz not null
);
create index vehicle_customer_id_idx on vehicle (customer_id);

-- ---------- a visit: booking, work, who does it ----------
create table booking (
	booking_id uuid primary key,
	shop_id uuid not null references shop,
	customer_id uuid not null references customer,
	vehicle_id uuid not null references vehicle,
	code text not null,
	source text not null check (source in ('app', 'walk_in', 'phone', 'admin')),
	mode text not null check (mode in ('drop_off', 'wait', 'pickup', 'doorstep')),
	status text not null check (
		status in ('held', 'confirmed', 'received', 'closed', 'cancelled', 'no_show', 'expired')
	),
	start_at timestamptz not null,
	end_at timestamptz not null,
	hold_expires_at timestamptz,
	confirmed_at timestamptz,
	received_at timestamptz,
	closed_at timestamptz,
	promised_at timestamptz,
	no_show_suspected_at timestamptz,
	preferred_worker_id uuid references worker,
	extra_limit_paise bigint not null check (extra_limit_paise between 0 and 9007199254740991),
	reschedule_count integer not null check (reschedule_count between 0 and 100),
	cancelled_at timestamptz,
	cancelled_by text check (cancelled_by in ('customer', 'shop', 'system', 'admin')),
	cancel_reason text,
	created_at timestamptz not null,
	version integer not null check (version between 1 and 2000000000),
	during tstzrange generated always as (tstzrange(start_at, end_at)) stored,
	unique (shop_id, code),
	constraint booking_order_check check (end_at > start_at),
	constraint booking_held_check check (status <> 'held' or hold_expires_at is not null),
	constraint booking_cancelled_check check (
		status <> 'cancelled' or (cancelled_at is not null and cancelled_by is not null)
	)
);
create index booking_shop_id_status_idx on booking (shop_id, status);
create index booking_customer_id_idx on booking (customer_id);
create index booking_vehicle_id_idx on booking (vehicle_id);
create index booking_start_at_idx on booking (start_at);

create table booking_line (
	booking_line_id uuid primary key,
	booking_id uuid not null references booking,
	line_no integer not null check (line_no between 1 and 50),
	service_type_id uuid not null references service_type,
	name text not null,
	minutes integer not null check (minutes between 5 and 1440),
	price_paise bigint not null check (price_paise between 0 and 9007199254740991),
	gst_bps integer not null check (gst_bps between 0 and 10000),
	unique (booking_id, line_no)
);

create table job (
	job_id uuid primary key,
	booking_id uuid not null unique references booking,
	shop_id uuid not null references shop,
	status text not null check (
		status in ('pending', 'in_progress', 'extra_repair_found', 'completed', 'billed', 'stopped')
	),
	worker_id uuid,
	epoch integer not null check (epoch between 0 and 1000000),
	started_at timestamptz,
	expected_end_at timestamptz,
	completed_at timestamptz,
	billed_at timestamptz,
	void_at timestamptz,
	version integer not null check (version between 1 and 2000000000),
	foreign key (worker_id, shop_id) references worker (worker_id, shop_id)
);
create index job_shop_id_status_idx on job (shop_id, status);

create table assignment (
	assignment_id uuid primary key,
	job_id uuid not null references job,
	shop_id uuid not null references shop,
	worker_id uuid not null,
	epoch integer not null check (epoch between 1 and 1000000),
	start_at timestamptz not null,
	end_at timestamptz not null,
	state text not null
		check (state in ('hold', 'planned', 'accepted', 'working', 'done', 'released')),
	reason jsonb not null,
	assigned_by text not null check (assigned_by in ('auto', 'worker', 'owner', 'admin')),
	overbook boolean not null,
	created_at timestamptz not null,
	ended_at timestamptz,
	during tstzrange generated always as (tstzrange(start_at, end_at)) stored,
	unique (job_id, epoch),
	foreign key (worker_id, shop_id) references worker (worker_id, shop_id),
	constraint assignment_order_check check (end_at > start_at)
);
create index assignment_shop_id_state_idx on assignment (shop_id, state);
create index assignment_worker_id_state_idx on assignment (worker_id, state);

create table job_offer (
	job_offer_id uuid primary key,
	job_id uuid not null references job,
	shop_id uuid not null references shop,
	worker_id uuid not null,
	kind text not null check (kind in ('ack', 'ask')),
	seq integer not null check (seq between 1 and 1000),
	status text not null
		check (status in ('sent', 'accepted', 'declined', 'expired', 'withdrawn')),
	sent_at timestamptz not null,
	seen_at timestamptz,
	answered_at timestamptz,
	expires_at timestamptz not null,
	decline_reason text,
	foreign key (worker_id, shop_id) references worker (worker_id, shop_id)
);
create index job_offer_job_id_idx on job_offer (job_id);
create index job_offer_worker_id_status_idx on job_offer (worker_id, status);

create table worker_time (
	worker_time_id uuid primary key,
	worker_id uuid not null references worker,
	job_id uuid not null references job,
	kind text not null check (kind in ('shift', 'job', 'waiting')),
	started_at timestamptz not null,
	ended_at timestamptz,
	constraint worker_time_order_check check (ended_at >= started_at)
);
create index worker_time_job_id_idx on worker_time (job_id);
create index worker_time_worker_id_idx on worker_time (worker_id);

-- ---------- what people are told, what could not be applied, what is due ----------
create table notice (
	notice_id uuid primary key,
	customer_id uuid references customer,
	worker_id uuid references worker,
	shop_id uuid references shop,
	kind text not null check (
		kind in (
			'booking_confirmed', 'booking_expired', 'job_assigned', 'job_taken', 'job_declined', 'bike_received',
			'job_started', 'job_completed', 'report_needs_review'
		)
	),
	booking_id uuid references booking,
	job_id uuid references job,
	params jsonb not null,
	at timestamptz not null
);
create index notice_at_idx on notice (at);

-- No reference to the log: an observation outlives the log's line.
create table observation (
	observation_id uuid primary key,
	shop_id uuid not null references shop,
	booking_id uuid references booking,
	job_id uuid references job,
	worker_id uuid references worker,
	what text not null,
	refusal text not null check (
		refusal in (
			'not_found', 'not_allowed', 'not_understood', 'not_signed_in', 'id_taken', 'key_reused',
			'wrong_state', 'not_assigned', 'already_taken', 'offer_expired', 'nobody_free', 'slot_taken',
			'slot_past', 'slot_too_far', 'shop_paused', 'hold_expired', 'vehicle_busy', 'worker_busy',
			'too_many_bookings', 'plate_taken', 'plate_unreadable', 'skill_missing', 'needs_network',
			'depends_on', 'no_tokens', 'too_many_reports', 'too_many_attempts'
		)
	),
	epoch integer check (epoch between 0 and 1000000),
	done_at timestamptz not null,
	created_at timestamptz not null
);
create index observation_shop_id_idx on observation (shop_id);

create table timer (
	timer_id uuid primary key,
	key text not null,
	name text not null,
	args jsonb not null,
	due_at timestamptz not null,
	ran_at timestamptz
);
create index timer_due_at_idx on timer (due_at);
create index timer_key_idx on timer (key);

-- ---------- devices and the log of mutations ----------
create table device (
	device_id uuid primary key,
	user_id uuid not null references app_user,
	browser_id uuid not null,
	last_seq bigint not null check (last_seq between 0 and 9007199254740991),
	last_contact timestamptz not null,
	pending_reported integer not null check (pending_reported between 0 and 1000000),
	empty_at timestamptz,
	last_eff timestamptz,
	reports_on date,
	reports_count integer not null check (reports_count between 0 and 1000000),
	clock_offset_ms bigint
		check (clock_offset_ms between -9007199254740991 and 9007199254740991),
	app_build text not null,
	revoked_at timestamptz
);
create index device_user_id_idx on device (user_id);

create table mutation_crash (
	mutation_crash_id uuid primary key,
	count integer not null check (count between 1 and 1000),
	last_at timestamptz not null,
	error text not null
);

-- A mutation is claimed before it runs (no status yet) and settled at the end of the same
-- transaction. Nothing refers to the log and it refers to nothing: lines are dropped when they are
-- old, a device is made by the very transaction that logs its first mutation.
create table mutation (
	mutation_id uuid primary key,
	user_id uuid,
	device_id uuid,
	seq bigint,
	name text not null,
	version integer not null,
	args jsonb,
	request_hash text not null,
	at timestamptz not null,
	received_at timestamptz not null,
	eff_lo timestamptz not null,
	eff timestamptz not null,
	status text check (status in ('applied', 'noop', 'refused', 'recorded', 'parked')),
	refusal text,
	answer jsonb,
	effects jsonb,
	unique (device_id, seq)
);

-- ---------- scopes: what a device may follow ----------
-- A device whose cursor is below the floor fetches the scope anew: tombstones below it are gone.
create table scope_head (
	scope text primary key,
	v bigint not null,
	floor_v bigint not null default 0
);

create table doc_scope (
	scope text not null,
	coll text not null
		check (coll in ('shops', 'people', 'vehicles', 'bookings', 'jobs', 'notices')),
	id uuid not null,
	v bigint not null,
	gone text check (gone in ('reassigned', 'cancelled', 'expired', 'moved', 'aged')),
	primary key (scope, coll, id)
);
create index doc_scope_scope_v_idx on doc_scope (scope, v);

-- ---------- which data set this is ----------
-- Seeding gives a new install, a restore raises the era. Business time is wall time plus the offset.
create table installation (
	install uuid primary key,
	era integer not null,
	clock_offset_ms bigint not null,
	seeded text
);
insert into installation (install, era, clock_offset_ms) values (gen_random_uuid(), 1, 0);
