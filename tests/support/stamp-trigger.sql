-- Only for tests. Remembers which transaction changed which row of a synced table, and which
-- transaction stamped which document, so that a suite can fail on what was changed but not stamped:
-- no phone would ever hear of it. `watchStamps` puts a trigger on every synced table.
create schema stamps;

create table stamps.changed (xact text, entity text, coll text, id uuid);
create table stamps.stamped (xact text, coll text, id uuid);

-- Arguments: the collection, and the column that holds the document's id.
create function stamps.note_change() returns trigger language plpgsql as $$
begin
	insert into stamps.changed values (
		pg_current_xact_id()::text, tg_table_name, tg_argv[0], (to_jsonb(new) ->> tg_argv[1])::uuid
	);
	return null;
end $$;

create function stamps.note_stamp() returns trigger language plpgsql as $$
begin
	insert into stamps.stamped values (pg_current_xact_id()::text, new.coll, new.id);
	return null;
end $$;

create trigger note_stamp after insert or update on doc_scope
	for each row execute function stamps.note_stamp();
