-- What the protocol needs at full strength: read receipts, devices that can be signed off and keep
-- sealed work, and the parked mutations found again. All tables are small or the change needs no
-- scan of them but for the log's new index.

-- How new a visit was when somebody of one side last had it on a screen.
create table read_mark (
	read_mark_id uuid primary key,
	booking_id uuid not null references booking,
	side text not null check (side in ('customer', 'shop')),
	booking_version integer not null check (booking_version between 0 and 2000000000),
	job_version integer not null check (job_version between 0 and 2000000000),
	at timestamptz not null,
	unique (booking_id, side)
);

-- The session a device last used: signing the device off ends it. No reference, as sessions are
-- deleted; null when the person signed out there himself. The key seals what a phone could not send.
alter table device add column session_id uuid;
alter table device add column seal_key text;

-- A device that was made after a role ended cannot have been there before. Those that are known were
-- surely known by the time they were last heard.
alter table device add column first_contact timestamptz;
update device set first_contact = last_contact;
alter table device alter column first_contact set not null;

-- The mutation that a timer performs in place of its own, whose id somebody used up before.
alter table timer add column mutation_id uuid;

-- What waits for a newer server is looked for at every start.
create index mutation_parked_idx on mutation (received_at, coalesce(seq, 0), mutation_id)
	where status = 'parked';

-- A device that was signed off is a refusal of its own.
alter table observation drop constraint observation_refusal_check;
alter table observation add constraint observation_refusal_check check (
	refusal in (
		'not_found', 'not_allowed', 'not_understood', 'not_signed_in', 'id_taken', 'key_reused',
		'wrong_state', 'not_assigned', 'already_taken', 'offer_expired', 'nobody_free', 'slot_taken',
		'slot_past', 'slot_too_far', 'shop_paused', 'hold_expired', 'vehicle_busy', 'worker_busy',
		'too_many_bookings', 'plate_taken', 'plate_unreadable', 'skill_missing', 'needs_network',
		'depends_on', 'no_tokens', 'too_many_reports', 'too_many_attempts', 'device_revoked'
	)
);
