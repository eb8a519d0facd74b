/**
 * What the embedded database costs, in this process and in a thread of its own. Prints figures for
 * docs/decisions/0004; asserts nothing. Run: `node tests/bench/pglite-spike.ts`.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { connect } from '#server/db/connect.ts';
import type { Sql } from '#server/db/connection.ts';

const statements = 1000;
const commits = 300;
const slowQuery = 'select count(*) from generate_series(1, 4000000) a where a % 7 = 3';
const page = `select g as id, repeat('x', 400) as note, '2026-11-23 10:00+00'::timestamptz as at
	from generate_series(1, 200) g`;

const folder = mkdtempSync(path.join(tmpdir(), 'moto-spike-'));
try {
	fsyncAlone();
	await inProcess();
	await inThread();
} finally {
	rmSync(folder, { recursive: true, force: true });
}

/** What the disk itself takes: the floor of every commit. */
function fsyncAlone(): void {
	const file = openSync(path.join(folder, 'probe'), 'w');
	const times = Array.from({ length: 200 }, () => {
		writeSync(file, 'x'.repeat(8192), 0);
		const began = performance.now();
		fsyncSync(file);
		return performance.now() - began;
	});
	closeSync(file);
	report('fsync alone', `${median(times).toFixed(2)} ms (median of ${times.length})`);
}

async function inProcess(): Promise<void> {
	let syncs = 0;
	const began = performance.now();
	const connection = await connect({ dataDir: path.join(folder, 'data'), onSync: () => syncs++ });
	report('create and open', `${Math.round(performance.now() - began)} ms`);
	await connection.exec('create table item (id serial, note text)');

	syncs = 0;
	const insert = (sql: Sql) => sql.query('insert into item (note) values ($1)', ['x'.repeat(300)]);
	const single = await perSecond(commits, () => connection.transaction(insert));
	report('commits, 1 row each', `${single}/s, ${(syncs / commits).toFixed(2)} fsyncs each`);

	syncs = 0;
	const ten = await perSecond(commits / 3, () =>
		connection.transaction(async (tx) => {
			for (let row = 0; row < 10; row++) await insert(tx);
		}),
	);
	const each = (syncs / (commits / 3)).toFixed(2);
	report('commits, 10 rows by 10 statements', `${ten}/s = ${ten * 10} rows/s, ${each} fsyncs each`);

	const notes = Array<string>(10).fill('x'.repeat(300));
	const set = await perSecond(commits, () =>
		connection.transaction((tx) =>
			tx.query('insert into item (note) select unnest($1::text[])', [notes]),
		),
	);
	report('commits, 10 rows by 1 statement', `${set}/s = ${set * 10} rows/s`);
	await measure('in process', connection);
	await connection.close();
}

async function inThread(): Promise<void> {
	const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), {
		workerData: path.join(folder, 'data'),
	});
	const waiting = new Map<number, (rows: never[]) => void>();
	const ready = Promise.withResolvers<unknown>();
	waiting.set(0, ready.resolve);
	worker.on('message', ({ id, rows }: { id: number; rows: never[] }) => waiting.get(id)?.(rows));
	worker.on('error', ready.reject);
	await ready.promise;

	let last = 0;
	await measure('in a thread', {
		query(text, params = []) {
			const answer = Promise.withResolvers<never[]>();
			const id = ++last;
			waiting.set(id, (rows) => {
				waiting.delete(id);
				answer.resolve(rows);
			});
			worker.postMessage({ id, text, params });
			return answer.promise;
		},
	});
	await worker.terminate();
}

async function measure(where: string, sql: Sql): Promise<void> {
	const small = await times(statements, () => sql.query('select $1::int as one', [1]));
	report(`${where}: smallest statement`, `${median(small).toFixed(3)} ms, p99 ${p99(small)} ms`);
	const large = await times(200, () => sql.query(page));
	report(`${where}: 200 rows of 400 bytes`, `${median(large).toFixed(2)} ms, p99 ${p99(large)} ms`);
	const write = () => sql.query('insert into item (note) values ($1)', ['y']);
	report(`${where}: autocommit inserts`, `${await perSecond(commits, write)}/s`);

	const gaps = watchGaps();
	const [slow] = await times(1, () => sql.query(slowQuery));
	const stood = await gaps.longest();
	report(
		`${where}: a slow query`,
		`${Math.round(slow ?? 0)} ms, meanwhile the server stood ${stood} ms`,
	);
}

/** How long this thread went without serving anything else, in milliseconds. */
function watchGaps() {
	let last = performance.now();
	let longest = 0;
	const timer = setInterval(() => {
		longest = Math.max(longest, performance.now() - last);
		last = performance.now();
	}, 2);
	return {
		async longest(): Promise<number> {
			await new Promise((resolve) => setTimeout(resolve, 20));
			clearInterval(timer);
			return Math.round(longest);
		},
	};
}

async function times(count: number, run: () => Promise<unknown>): Promise<number[]> {
	const taken: number[] = [];
	for (let turn = 0; turn < count; turn++) {
		const began = performance.now();
		await run();
		taken.push(performance.now() - began);
	}
	return taken;
}

async function perSecond(count: number, run: () => Promise<unknown>): Promise<number> {
	const taken = await times(count, run);
	return Math.round((count * 1000) / taken.reduce((sum, time) => sum + time, 0));
}

function median(values: number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function p99(values: number[]): string {
	return (values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? NaN).toFixed(2);
}

function report(what: string, figure: string): void {
	console.log(`${what.padEnd(36)} ${figure}`);
}
