-- Photos, by the digest of their bytes, as they arrive from phones: in parts, in order.
-- They are kept here and not in files, so that one backup holds everything and several servers share
-- them. A photo belongs to whoever sent it: another person with the same bytes has a line of his own,
-- and nobody learns from the server who else has them. Times here are wall time.

create table blob (
	user_id uuid not null references app_user on delete cascade,
	sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
	media_type text check (media_type in ('image/jpeg', 'image/png', 'image/webp')),
	size_bytes integer check (size_bytes between 1 and 2097152),
	last_part_at timestamptz not null,
	completed_at timestamptz,
	primary key (user_id, sha256),
	constraint blob_completed_check check (num_nulls(completed_at, media_type, size_bytes) in (0, 3))
);
create index blob_unfinished on blob (last_part_at) where completed_at is null;

create table blob_part (
	user_id uuid not null,
	sha256 text not null,
	first_byte integer not null check (first_byte between 0 and 2097151),
	bytes bytea not null check (octet_length(bytes) between 1 and 2097152),
	primary key (user_id, sha256, first_byte),
	foreign key (user_id, sha256) references blob on delete cascade
);
-- Photos are compressed already: trying again would only cost time.
alter table blob_part alter column bytes set storage external;
