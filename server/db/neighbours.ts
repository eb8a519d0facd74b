import type pg from 'pg';
import type { Scope } from '#sync/core/scope.ts';

type Heads = Readonly<Record<Scope, number>>;

/** What a server hears of the others on its database. */
export type Hearing = {
	/** These scopes were moved by another server. */
	readonly heard: (heads: Heads) => void;
	/** Something was told that did not get here: only the counters themselves know by now. */
	readonly missed: () => void;
};

export type Neighbours = {
	/** Tells the other servers, within moments, that these scopes moved. Call it after the commit. */
	readonly tell: (heads: Heads) => void;
	/** Tells what is left to tell, and hangs up. */
	readonly close: () => Promise<void>;
};

const channel = 'moto_sync';
/** Commits within so long are told together: a `NOTIFY` for each would queue the commits behind it. */
const coalesceMs = 40;
/** PostgreSQL takes no longer text. */
const payloadBytesMax = 7_999;
/** Said instead of what would be too long. */
const tooMuchToTell = '*';
const retryMsMin = 100;
const retryMsMax = 10_000;

/**
 * A line to the other servers on the same PostgreSQL: one connection of its own that listens and
 * tells, and is opened anew when it breaks. What could not be told waits for the next one; whoever
 * opens a new one has missed what was told meanwhile. It is never part of a business transaction,
 * where telling would make all commits of the database wait for each other, nor one of the pool's.
 */
export function neighboursOn(
	open: () => pg.Client,
	lost: (error: Error) => void,
	hearing: Hearing,
): Neighbours {
	const waiting = new Map<Scope, number>();
	let timer: NodeJS.Timeout | null = null;
	const kept = keepLine(open, lost, hearing, () => flush());

	async function flush(): Promise<void> {
		if (timer !== null) clearTimeout(timer);
		timer = null;
		const line = kept.line();
		if (line === null || waiting.size === 0) return;
		const heads = Object.fromEntries(waiting) as Heads;
		waiting.clear();
		try {
			await line.client.query('select pg_notify($1, $2)', [channel, payloadOf(heads)]);
		} catch (error) {
			// Its successor says this.
			merge(waiting, heads);
			line.complain(error as Error);
			await line.client.end();
		}
	}

	return {
		tell(heads) {
			merge(waiting, heads);
			if (waiting.size > 0) timer ??= setTimeout(() => void flush(), coalesceMs);
		},
		async close() {
			await flush();
			await kept.close();
		},
	};
}

type Line = {
	readonly client: pg.Client;
	/** Says what is wrong with it; it may say so more than once of the same end. */
	readonly complain: (error: Error) => void;
};

/** Keeps a line open until it is closed for good, and tells each time that there is a new one. */
function keepLine(
	open: () => pg.Client,
	lost: (error: Error) => void,
	hearing: Hearing,
	opened: () => Promise<void>,
) {
	const closing = new AbortController();
	const { signal } = closing;
	let line: Line | null = null;

	/** Opens a line and keeps it until it ends; says whether there was one. */
	async function keepOne(): Promise<boolean> {
		const next = open();
		const ended = new Promise<void>((resolve) => next.once('end', resolve));
		const complain = onceOnly(lost);
		next.on('error', complain);
		try {
			await listenOn(next, hearing);
		} catch (error) {
			if (!signal.aborted) complain(error as Error);
			void next.end();
			return false;
		}
		line = { client: next, complain };
		hearing.missed();
		await opened();
		if (signal.aborted) await next.end();
		await ended;
		line = null;
		return true;
	}

	async function keepOpen(): Promise<void> {
		let failures = 0;
		while (!signal.aborted) {
			failures = (await keepOne()) ? 0 : failures + 1;
			await pause(Math.min(retryMsMax, retryMsMin * 2 ** failures), signal);
		}
	}

	const over = keepOpen();
	return {
		line: () => line,
		async close() {
			closing.abort();
			await line?.client.end();
			await over;
		},
	};
}

function onceOnly(lost: (error: Error) => void): typeof lost {
	let isTold = false;
	return (error) => {
		if (!isTold) lost(error);
		isTold = true;
	};
}

async function listenOn(line: pg.Client, { heard, missed }: Hearing): Promise<void> {
	await line.connect();
	const { rows } = await line.query<{ pid: number }>('select pg_backend_pid() as pid');
	line.on('notification', ({ processId, payload = '' }) => {
		// What a line tells comes back on it as well.
		if (processId === rows[0]?.pid) return;
		const heads = headsIn(payload);
		if (heads === null) missed();
		else heard(heads);
	});
	await line.query(`listen ${channel}`);
}

function payloadOf(heads: Heads): string {
	const payload = JSON.stringify(heads);
	return Buffer.byteLength(payload) > payloadBytesMax ? tooMuchToTell : payload;
}

/** Anybody on the database can say anything on the channel: what is no list of counters is read anew. */
function headsIn(payload: string): Heads | null {
	if (!payload.startsWith('{')) return null;
	try {
		const heads = JSON.parse(payload) as Record<string, unknown>;
		return Object.values(heads).every(Number.isSafeInteger) ? (heads as Heads) : null;
	} catch {
		return null;
	}
}

function merge(into: Map<Scope, number>, heads: Heads): void {
	for (const [scope, v] of Object.entries(heads) as [Scope, number][])
		into.set(scope, Math.max(v, into.get(scope) ?? 0));
}

/** Ends early when the line is closed for good. */
const pause = (ms: number, closing: AbortSignal): Promise<void> =>
	new Promise((resolve) => {
		if (closing.aborted) return resolve();
		const timer = setTimeout(resolve, ms);
		closing.addEventListener('abort', () => {
			clearTimeout(timer);
			resolve();
		});
	});
