import { Hono } from 'hono';
import pg from 'pg';

/** A document as RxDB sends it: `updatedAt` is what conflicts are found by. */
export type FloorDoc = {
	readonly id: string;
	readonly updatedAt: number;
	readonly body: unknown;
	readonly _deleted: boolean;
};
type PushRow = {
	readonly newDocumentState: FloorDoc;
	readonly assumedMasterState?: FloorDoc;
};
type Checkpoint = { readonly id: string; readonly updated: number };
type Row = { readonly id: string; readonly updated: string; readonly data: FloorDoc };

const table = `
	create table if not exists doc (
		id text primary key, updated bigint not null, deleted boolean not null, data jsonb not null);
	create index if not exists doc_updated on doc (updated, id);
	create sequence if not exists doc_counter`;

const put = `insert into doc
	select data ->> 'id', nextval('doc_counter'), (data ->> '_deleted')::boolean, data
	from jsonb_array_elements($1::jsonb) as given (data)
	on conflict (id) do update
		set updated = excluded.updated, deleted = excluded.deleted, data = excluded.data
	returning id, updated, data`;

/**
 * What this stack can do at best: RxDB's own replication protocol on Hono and PostgreSQL, as its
 * tutorial has it, without sign-in, rules, a log of mutations, or a cursor that is right when two
 * transactions overlap. Whoever is second loses, silently. It is what ours is compared with.
 */
export async function floorOn(databaseUrl: string) {
	const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
	await pool.query(table);
	const listeners = new Set<(line: string) => void>();
	const app = new Hono();

	app.post('/push', async (c) => {
		const rows = await c.req.json<PushRow[]>();
		const { conflicts, written } = await write(pool, rows);
		if (written.length > 0) {
			const told = `data: ${JSON.stringify(pageOf(written))}\n\n`;
			for (const tell of listeners) tell(told);
		}
		return c.json(conflicts);
	});

	app.get('/pull', async (c) => {
		const { updated = '0', id = '', limit = '500' } = c.req.query();
		const found = await pool.query<Row>(
			`select id, updated, data from doc where (updated, id) > ($1::bigint, $2)
			order by updated, id limit $3`,
			[updated, id, limit],
		);
		const { documents, checkpoint } = pageOf(found.rows);
		return c.json({ documents, checkpoint: checkpoint ?? { id, updated: Number(updated) } });
	});

	app.get('/stream', (c) => {
		const encoder = new TextEncoder();
		let tell: (line: string) => void;
		const lines = new ReadableStream<Uint8Array>({
			start(controller) {
				tell = (line) => controller.enqueue(encoder.encode(line));
				listeners.add(tell);
				tell(': hello\n\n');
			},
			cancel: () => void listeners.delete(tell),
		});
		return c.body(lines, 200, { 'content-type': 'text/event-stream' });
	});
	return { app, close: () => pool.end() };
}

async function write(pool: pg.Pool, rows: readonly PushRow[]) {
	const client = await pool.connect();
	try {
		await client.query('begin');
		const ids = rows.map((each) => each.newDocumentState.id);
		const held = await client.query<Row>('select * from doc where id = any($1) for update', [ids]);
		const now = new Map(held.rows.map((each) => [each.id, each.data]));
		const isFree = ({ newDocumentState: { id }, assumedMasterState }: PushRow) =>
			now.get(id)?.updatedAt === assumedMasterState?.updatedAt;
		const fresh = rows.filter(isFree).map((each) => each.newDocumentState);
		const written = await client.query<Row>(put, [JSON.stringify(fresh)]);
		await client.query('commit');
		const lost = rows.filter((each) => !isFree(each));
		const conflicts = lost.flatMap((each) => now.get(each.newDocumentState.id) ?? []);
		return { conflicts, written: written.rows };
	} catch (error) {
		await client.query('rollback');
		throw error;
	} finally {
		client.release();
	}
}

function pageOf(rows: readonly Row[]) {
	const sorted = rows.toSorted((a, b) => Number(a.updated) - Number(b.updated));
	const last = sorted.at(-1);
	const checkpoint: Checkpoint | null = last
		? { id: last.id, updated: Number(last.updated) }
		: null;
	return { documents: sorted.map((each) => each.data), checkpoint };
}
