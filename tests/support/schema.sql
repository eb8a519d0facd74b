-- The relational model as it was designed, with what the rulings mended, for the tables that exist.
-- tests/server/port/schema.test.ts compares constraints and indexes of a migrated database with it:
-- who changes a migration's constraints says so here too, and who forgets one is told.

-- ---------- identity ----------
CREATE TABLE app_user (
  user_id uuid PRIMARY KEY,
  phone text UNIQUE CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
  email text NOT NULL UNIQUE,
  name text NOT NULL, locale text NOT NULL,
  status text NOT NULL CHECK (status IN ('active','suspended','deleted')),
  created_at timestamptz NOT NULL);
CREATE TABLE device (
  device_id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES app_user,
  browser_id uuid NOT NULL,
  last_seq bigint NOT NULL CHECK (last_seq BETWEEN 0 AND 9007199254740991),
  last_contact timestamptz NOT NULL,
  pending_reported integer NOT NULL CHECK (pending_reported BETWEEN 0 AND 1000000),
  empty_at timestamptz, last_eff timestamptz,
  reports_on date, reports_count integer NOT NULL CHECK (reports_count BETWEEN 0 AND 1000000),
  clock_offset_ms bigint CHECK (clock_offset_ms BETWEEN -9007199254740991 AND 9007199254740991),
  app_build text NOT NULL, revoked_at timestamptz,
  session_id uuid, seal_key text, first_contact timestamptz NOT NULL);
CREATE INDEX ON device (user_id);

-- ---------- shops ----------
CREATE TABLE shop (
  shop_id uuid PRIMARY KEY,
  name text NOT NULL, code text NOT NULL UNIQUE,
  zone text NOT NULL, address text NOT NULL, pin text NOT NULL, state_code text NOT NULL,
  lat double precision CHECK (lat BETWEEN -90 AND 90), lng double precision CHECK (lng BETWEEN -180 AND 180),
  phone text NOT NULL, gstin text,
  status text NOT NULL CHECK (status IN ('onboarding','active','paused','suspended','closed')),
  paused_until timestamptz, pause_reason text,
  policy jsonb NOT NULL,
  commission_bps integer NOT NULL CHECK (commission_bps BETWEEN 0 AND 5000),
  created_at timestamptz NOT NULL);
CREATE TABLE shop_window (shop_window_id uuid PRIMARY KEY REFERENCES shop, day date NOT NULL, zone text NOT NULL);
CREATE TABLE shop_hours (
  shop_hours_id uuid PRIMARY KEY,
  shop_id uuid NOT NULL REFERENCES shop, weekday integer NOT NULL CHECK (weekday BETWEEN 0 AND 6),
  opens text NOT NULL CHECK (opens ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$'),
  closes text NOT NULL CHECK (closes ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$'),
  CONSTRAINT shop_hours_order_check CHECK (closes > opens),
  UNIQUE (shop_id, weekday, opens));

-- ---------- workers ----------
CREATE TABLE worker (
  worker_id uuid PRIMARY KEY, shop_id uuid NOT NULL REFERENCES shop,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('active','away','left')),
  unavailable_reason text,
  skills text[] NOT NULL CHECK (skills <@ ARRAY['general','engine','brakes','electrical','tyres','ev']),
  weight integer NOT NULL CHECK (weight BETWEEN 0 AND 1000),
  UNIQUE (worker_id, shop_id));
CREATE INDEX ON worker (shop_id);
CREATE TABLE worker_shift (                            -- weekly template, local wall time
  worker_shift_id uuid PRIMARY KEY, shop_id uuid NOT NULL REFERENCES shop, worker_id uuid NOT NULL,
  weekday integer NOT NULL CHECK (weekday BETWEEN 0 AND 6),
  starts text NOT NULL CHECK (starts ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$'),
  ends text NOT NULL CHECK (ends ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$'),
  valid_from date NOT NULL, valid_until date,
  CONSTRAINT worker_shift_order_check CHECK (ends > starts),
  CONSTRAINT worker_shift_validity_check CHECK (valid_until >= valid_from),
  FOREIGN KEY (worker_id, shop_id) REFERENCES worker (worker_id, shop_id),
  UNIQUE (worker_id, weekday, starts, valid_from));
CREATE INDEX ON worker_shift (shop_id);

-- ---------- catalogue ----------
CREATE TABLE service_type (
  service_type_id uuid PRIMARY KEY, shop_id uuid NOT NULL REFERENCES shop, name text NOT NULL,
  minutes integer NOT NULL CHECK (minutes BETWEEN 5 AND 1440),
  buffer_after_minutes integer NOT NULL CHECK (buffer_after_minutes BETWEEN 0 AND 240),
  price_paise bigint NOT NULL CHECK (price_paise BETWEEN 0 AND 9007199254740991),
  sac_code text NOT NULL, gst_bps integer NOT NULL CHECK (gst_bps BETWEEN 0 AND 10000),
  skills text[] NOT NULL CHECK (skills <@ ARRAY['general','engine','brakes','electrical','tyres','ev']),
  active boolean NOT NULL);
CREATE INDEX ON service_type (shop_id);
CREATE TABLE service_price (                           -- instead of the service type's own, for one class
  service_price_id uuid PRIMARY KEY, shop_id uuid NOT NULL REFERENCES shop,
  service_type_id uuid NOT NULL REFERENCES service_type,
  class text NOT NULL CHECK (class IN ('scooter','commuter','sport','cruiser','ev')),
  minutes integer NOT NULL CHECK (minutes BETWEEN 5 AND 1440),
  price_paise bigint NOT NULL CHECK (price_paise BETWEEN 0 AND 9007199254740991),
  UNIQUE (service_type_id, class));
CREATE INDEX ON service_price (shop_id);

-- ---------- customers, their bikes, who may be what ----------
CREATE TABLE customer (
  customer_id uuid PRIMARY KEY, name text NOT NULL,
  phone text CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
  created_by_shop_id uuid REFERENCES shop, merged_into uuid REFERENCES customer,
  created_at timestamptz NOT NULL);
CREATE UNIQUE INDEX customer_phone ON customer (phone) WHERE merged_into IS NULL;
CREATE TABLE vehicle (
  vehicle_id uuid PRIMARY KEY, customer_id uuid NOT NULL REFERENCES customer,
  registration_number text NOT NULL CHECK (registration_number ~ '^[A-Z0-9]{4,11}$'),
  registration_key text NOT NULL CHECK (registration_key ~ '^[A-Z0-9]{4,11}$'),
  make text NOT NULL, model text NOT NULL,
  class text NOT NULL CHECK (class IN ('scooter','commuter','sport','cruiser','ev')),
  odometer_km integer CHECK (odometer_km BETWEEN 0 AND 2000000),
  verification text NOT NULL CHECK (verification IN ('none','self','document','rc_api')),
  retired_at timestamptz, created_at timestamptz NOT NULL);
CREATE UNIQUE INDEX vehicle_reg_live ON vehicle (registration_key) WHERE retired_at IS NULL;
CREATE INDEX ON vehicle (customer_id);
CREATE TABLE role_grant (
  role_grant_id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES app_user,
  role text NOT NULL CHECK (role IN ('customer','worker','owner','admin','system')),
  shop_id uuid REFERENCES shop, worker_id uuid REFERENCES worker, customer_id uuid REFERENCES customer,
  granted_at timestamptz NOT NULL, revoked_at timestamptz);
CREATE INDEX ON role_grant (user_id);
CREATE UNIQUE INDEX role_grant_one_live ON role_grant (user_id, role, shop_id) NULLS NOT DISTINCT WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX role_grant_one_user_per_worker ON role_grant (worker_id) WHERE role = 'worker' AND revoked_at IS NULL;
CREATE UNIQUE INDEX role_grant_one_user_per_customer ON role_grant (customer_id) WHERE role = 'customer' AND revoked_at IS NULL;

-- ---------- booking and its work ----------
CREATE TABLE booking (
  booking_id uuid PRIMARY KEY, shop_id uuid NOT NULL REFERENCES shop, customer_id uuid NOT NULL REFERENCES customer,
  vehicle_id uuid NOT NULL REFERENCES vehicle,
  code text NOT NULL,                                   -- 6 signs, spoken on the phone
  source text NOT NULL CHECK (source IN ('app','walk_in','phone','admin')),
  mode text NOT NULL CHECK (mode IN ('drop_off','wait','pickup','doorstep')),
  status text NOT NULL CHECK (status IN ('held','confirmed','received','closed','cancelled','no_show','expired')),
  start_at timestamptz NOT NULL, end_at timestamptz NOT NULL,
  during tstzrange GENERATED ALWAYS AS (tstzrange(start_at, end_at)) STORED,
  hold_expires_at timestamptz, confirmed_at timestamptz, received_at timestamptz, closed_at timestamptz,
  promised_at timestamptz, no_show_suspected_at timestamptz,
  preferred_worker_id uuid REFERENCES worker,
  extra_limit_paise bigint NOT NULL CHECK (extra_limit_paise BETWEEN 0 AND 9007199254740991),
  reschedule_count integer NOT NULL CHECK (reschedule_count BETWEEN 0 AND 100),
  cancelled_at timestamptz, cancelled_by text CHECK (cancelled_by IN ('customer','shop','system','admin')), cancel_reason text,
  created_at timestamptz NOT NULL, version integer NOT NULL CHECK (version BETWEEN 1 AND 2000000000),
  CONSTRAINT booking_order_check CHECK (end_at > start_at),
  CONSTRAINT booking_held_check CHECK (status <> 'held' OR hold_expires_at IS NOT NULL),
  CONSTRAINT booking_cancelled_check CHECK (status <> 'cancelled' OR (cancelled_at IS NOT NULL AND cancelled_by IS NOT NULL)),
  UNIQUE (shop_id, code));
-- one bike can't be in two live bookings that overlap
ALTER TABLE booking ADD CONSTRAINT booking_vehicle_no_overlap
  EXCLUDE USING gist (vehicle_id WITH =, during WITH &&) WHERE (status IN ('held','confirmed','received'));
CREATE INDEX ON booking (shop_id, status);
CREATE INDEX ON booking (customer_id);
CREATE INDEX ON booking (vehicle_id);
CREATE INDEX ON booking (start_at);
CREATE INDEX ON booking (shop_id, end_at);
CREATE TABLE booking_line (
  booking_line_id uuid PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES booking, line_no integer NOT NULL CHECK (line_no BETWEEN 1 AND 50),
  service_type_id uuid NOT NULL REFERENCES service_type, name text NOT NULL,
  minutes integer NOT NULL CHECK (minutes BETWEEN 5 AND 1440),
  price_paise bigint NOT NULL CHECK (price_paise BETWEEN 0 AND 9007199254740991),
  gst_bps integer NOT NULL CHECK (gst_bps BETWEEN 0 AND 10000),
  UNIQUE (booking_id, line_no));
CREATE TABLE read_mark (                               -- how new a visit was when a side last saw it
  read_mark_id uuid PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES booking,
  side text NOT NULL CHECK (side IN ('customer','shop')),
  booking_version integer NOT NULL CHECK (booking_version BETWEEN 0 AND 2000000000),
  job_version integer NOT NULL CHECK (job_version BETWEEN 0 AND 2000000000),
  at timestamptz NOT NULL,
  UNIQUE (booking_id, side));
CREATE TABLE job (                                       -- the requirements' "service"
  job_id uuid PRIMARY KEY, booking_id uuid NOT NULL UNIQUE REFERENCES booking, shop_id uuid NOT NULL REFERENCES shop,
  status text NOT NULL CHECK (status IN ('pending','in_progress','extra_repair_found','completed','billed','stopped')),
  worker_id uuid, epoch integer NOT NULL CHECK (epoch BETWEEN 0 AND 1000000),
  started_at timestamptz, expected_end_at timestamptz, completed_at timestamptz, billed_at timestamptz, void_at timestamptz,
  version integer NOT NULL CHECK (version BETWEEN 1 AND 2000000000),
  FOREIGN KEY (worker_id, shop_id) REFERENCES worker (worker_id, shop_id));        -- only a worker of this shop
CREATE INDEX ON job (shop_id, status);
CREATE TABLE assignment (                                -- who was responsible when; never updated except to close
  assignment_id uuid PRIMARY KEY, job_id uuid NOT NULL REFERENCES job, shop_id uuid NOT NULL REFERENCES shop,
  worker_id uuid NOT NULL, epoch integer NOT NULL CHECK (epoch BETWEEN 1 AND 1000000),
  start_at timestamptz NOT NULL, end_at timestamptz NOT NULL,
  during tstzrange GENERATED ALWAYS AS (tstzrange(start_at, end_at)) STORED,
  state text NOT NULL CHECK (state IN ('hold','planned','accepted','working','done','released')),
  reason jsonb NOT NULL, assigned_by text NOT NULL CHECK (assigned_by IN ('auto','worker','owner','admin')),
  overbook boolean NOT NULL,                             -- owner/admin may knowingly double up (walk-in)
  created_at timestamptz NOT NULL, ended_at timestamptz,
  CONSTRAINT assignment_order_check CHECK (end_at > start_at),
  FOREIGN KEY (worker_id, shop_id) REFERENCES worker (worker_id, shop_id),
  UNIQUE (job_id, epoch));
ALTER TABLE assignment ADD CONSTRAINT worker_no_overlap
  EXCLUDE USING gist (worker_id WITH =, during WITH &&) WHERE (state IN ('hold','planned','accepted','working') AND NOT overbook);
CREATE UNIQUE INDEX assignment_one_live ON assignment (job_id) WHERE state IN ('hold','planned','accepted','working');
CREATE INDEX ON assignment (shop_id, state);
CREATE INDEX ON assignment (worker_id, state);
CREATE TABLE job_offer (                                 -- ack: told of a job that is his; ask: does he take it
  job_offer_id uuid PRIMARY KEY, job_id uuid NOT NULL REFERENCES job, shop_id uuid NOT NULL REFERENCES shop,
  worker_id uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('ack','ask')),
  seq integer NOT NULL CHECK (seq BETWEEN 1 AND 1000),
  status text NOT NULL CHECK (status IN ('sent','accepted','declined','expired','withdrawn')),
  sent_at timestamptz NOT NULL, seen_at timestamptz, answered_at timestamptz, expires_at timestamptz NOT NULL, decline_reason text,
  FOREIGN KEY (worker_id, shop_id) REFERENCES worker (worker_id, shop_id));
CREATE UNIQUE INDEX job_offer_one_live ON job_offer (job_id) WHERE status = 'sent';
CREATE UNIQUE INDEX job_offer_one_per_worker ON job_offer (worker_id) WHERE status = 'sent' AND kind = 'ask';
CREATE INDEX ON job_offer (job_id);
CREATE INDEX ON job_offer (worker_id, status);
CREATE TABLE worker_time (                               -- attendance and job clock
  worker_time_id uuid PRIMARY KEY, worker_id uuid NOT NULL REFERENCES worker, job_id uuid NOT NULL REFERENCES job,
  kind text NOT NULL CHECK (kind IN ('shift','job','waiting')),
  started_at timestamptz NOT NULL, ended_at timestamptz,
  CONSTRAINT worker_time_order_check CHECK (ended_at >= started_at));
CREATE UNIQUE INDEX worker_time_one_open ON worker_time (worker_id, kind) WHERE ended_at IS NULL;
CREATE INDEX ON worker_time (job_id);
CREATE INDEX ON worker_time (worker_id);

-- ---------- what people are told, what could not be applied, what is due ----------
CREATE TABLE notice (
  notice_id uuid PRIMARY KEY, customer_id uuid REFERENCES customer, worker_id uuid REFERENCES worker, shop_id uuid REFERENCES shop,
  kind text NOT NULL CHECK (kind IN ('booking_confirmed','booking_expired','job_assigned','job_taken', 'job_declined','bike_received',
    'job_started','job_completed','report_needs_review')),
  booking_id uuid REFERENCES booking, job_id uuid REFERENCES job, params jsonb NOT NULL, at timestamptz NOT NULL);
CREATE INDEX ON notice (at);
CREATE TABLE observation (                               -- no reference to the log, which forgets
  observation_id uuid PRIMARY KEY, shop_id uuid NOT NULL REFERENCES shop, booking_id uuid REFERENCES booking,
  job_id uuid REFERENCES job, worker_id uuid REFERENCES worker, what text NOT NULL,
  refusal text NOT NULL CHECK (refusal IN ('not_found','not_allowed','not_understood','not_signed_in','id_taken','key_reused',
    'wrong_state','not_assigned','already_taken','offer_expired','nobody_free','slot_taken','slot_past','slot_too_far','shop_paused',
    'hold_expired','vehicle_busy','worker_busy','too_many_bookings','plate_taken','plate_unreadable','skill_missing','needs_network',
    'depends_on','no_tokens','too_many_reports','too_many_attempts','device_revoked')),
  epoch integer CHECK (epoch BETWEEN 0 AND 1000000), done_at timestamptz NOT NULL, created_at timestamptz NOT NULL);
CREATE INDEX ON observation (shop_id);
CREATE TABLE timer (
  timer_id uuid PRIMARY KEY, key text NOT NULL, name text NOT NULL, args jsonb NOT NULL, due_at timestamptz NOT NULL, ran_at timestamptz,
  mutation_id uuid);
CREATE UNIQUE INDEX timer_key_waiting ON timer (key) WHERE ran_at IS NULL;
CREATE INDEX ON timer (due_at);
CREATE INDEX ON timer (key);

-- ---------- log and scopes ----------
CREATE TABLE mutation (
  mutation_id uuid PRIMARY KEY, user_id uuid, device_id uuid, seq bigint, name text NOT NULL, version integer NOT NULL, args jsonb,
  request_hash text NOT NULL, at timestamptz NOT NULL, received_at timestamptz NOT NULL, eff_lo timestamptz NOT NULL, eff timestamptz NOT NULL,
  status text CHECK (status IN ('applied','noop','refused','recorded','parked')), refusal text, answer jsonb, effects jsonb,
  UNIQUE (device_id, seq));
CREATE INDEX mutation_parked_idx ON mutation (received_at, coalesce(seq, 0), mutation_id) WHERE status = 'parked';
CREATE TABLE mutation_crash (
  mutation_crash_id uuid PRIMARY KEY, count integer NOT NULL CHECK (count BETWEEN 1 AND 1000), last_at timestamptz NOT NULL, error text NOT NULL);
CREATE TABLE scope_head (scope text PRIMARY KEY, v bigint NOT NULL, floor_v bigint NOT NULL DEFAULT 0);
CREATE TABLE doc_scope (
  scope text, coll text CHECK (coll IN ('shops','people','vehicles','bookings','jobs','notices')), id uuid, v bigint NOT NULL,
  gone text CHECK (gone IN ('reassigned','cancelled','expired','moved','aged')), gone_at timestamptz, PRIMARY KEY (scope, coll, id));
CREATE INDEX ON doc_scope (scope, v);
CREATE INDEX ON doc_scope (gone_at) WHERE gone_at IS NOT NULL;
-- ---------- photos ----------
CREATE TABLE blob (                                      -- a line for each person who sent it: nobody learns of another's
  user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE, sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  media_type text CHECK (media_type IN ('image/jpeg','image/png','image/webp')),
  size_bytes integer CHECK (size_bytes BETWEEN 1 AND 2097152),
  last_part_at timestamptz NOT NULL, completed_at timestamptz, PRIMARY KEY (user_id, sha256),
  CONSTRAINT blob_completed_check CHECK (num_nulls(completed_at, media_type, size_bytes) IN (0, 3)));
CREATE INDEX blob_unfinished ON blob (last_part_at) WHERE completed_at IS NULL;
CREATE TABLE blob_part (
  user_id uuid NOT NULL, sha256 text NOT NULL, first_byte integer NOT NULL CHECK (first_byte BETWEEN 0 AND 2097151),
  bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 2097152), PRIMARY KEY (user_id, sha256, first_byte),
  FOREIGN KEY (user_id, sha256) REFERENCES blob ON DELETE CASCADE);

CREATE TABLE installation (install uuid PRIMARY KEY, era integer NOT NULL, clock_offset_ms bigint NOT NULL, seeded text);
CREATE UNIQUE INDEX installation_one_row ON installation ((true));
