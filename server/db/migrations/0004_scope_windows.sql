-- Scopes forget. The day from which a shop's scopes count is stored, so that only the mutation that
-- moves it changes what they show. What is gone from a scope is remembered with its time, so that it
-- can be swept: a device whose cursor is older than that is told to begin anew (scope_head.floor_v).
create table shop_window (
	shop_window_id uuid primary key references shop,
	day date not null,
	zone text not null
);

alter table doc_scope add column gone_at timestamptz;
-- When, nobody wrote down: long ago.
update doc_scope set gone_at = '1970-01-01T00:00:00Z' where gone is not null;
create index doc_scope_gone_at_idx on doc_scope (gone_at) where gone_at is not null;

-- Every night a shop looks for the visits of a few days, among those of years.
create index booking_shop_id_end_at_idx on booking (shop_id, end_at);
