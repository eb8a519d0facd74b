-- Sign-in: sessions of people, the codes they were sent, and how often somebody has tried.
-- better-auth is mapped onto app_user; it writes created_at and updated_at itself (wall time).
-- Times here are wall time, not the business time of the rest: a demo's moved clock ends no session.

alter table app_user
	add column email_verified boolean not null default false,
	add column image text,
	add column phone_verified boolean not null default false,
	add column updated_at timestamptz;
update app_user set updated_at = created_at;
alter table app_user alter column updated_at set not null;

create table session (
	session_id uuid primary key,
	user_id uuid not null references app_user on delete cascade,
	token text not null constraint session_token unique,
	expires_at timestamptz not null,
	ip_address text,
	user_agent text,
	created_at timestamptz not null,
	updated_at timestamptz not null
);
create index session_user_id on session (user_id);

-- Passwords and other ways in, per person. Empty while codes are the only way.
create table account (
	account_id uuid primary key,
	user_id uuid not null references app_user on delete cascade,
	provider_account_id text not null,
	provider_id text not null,
	access_token text,
	refresh_token text,
	id_token text,
	access_token_expires_at timestamptz,
	refresh_token_expires_at timestamptz,
	scope text,
	password text,
	created_at timestamptz not null,
	updated_at timestamptz not null,
	constraint account_provider unique (provider_id, provider_account_id)
);
create index account_user on account (user_id);

-- better-auth's own store for codes. Ours are in phone_code, digested: nothing is written here.
create table verification (
	verification_id uuid primary key,
	identifier text not null,
	value text not null,
	expires_at timestamptz not null,
	created_at timestamptz not null,
	updated_at timestamptz not null
);
create index verification_identifier on verification (identifier);

-- One line for each number that was sent a code or tried one: the digest of its newest code, how
-- often it was tried in vain, and until when no code is accepted.
create table phone_code (
	phone text primary key check (phone ~ '^\+[1-9][0-9]{7,14}$'),
	code_digest text,
	expires_at timestamptz,
	sent_at timestamptz,
	sent_on date,
	sent_count integer not null default 0 check (sent_count >= 0),
	tries integer not null default 0 check (tries >= 0),
	tried_at timestamptz,
	locked_until timestamptz
);

-- How often a key (an address and what it asked for) was seen since a moment.
create table rate_limit (
	key text primary key,
	since timestamptz not null,
	count integer not null check (count > 0)
);
create index rate_limit_since on rate_limit (since);
