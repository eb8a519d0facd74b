import type { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import type { Connection, Drizzle, Transaction } from '../connection.ts';
import { obeying, transactionRules, type TransactionRules } from '../transactions.ts';
import { checkedParams } from '../values.ts';
import { openInFolder, openInMemory, type OpenPglite } from './open.ts';
import { preparedOn } from './prepared.ts';

export type PgliteOptions = {
	/** The folder for the database and its lock; absent: in memory. */
	dataDir?: string;
	idleSecondsMax?: number;
	/** Told how long each fsync took, in milliseconds: for the metrics. */
	onSync?: (milliseconds: number) => void;
	/**
	 * Told once when the database gave up (an fsync failed, say). Nothing works from then on, also not
	 * what is waiting; the process should end and be started again. Unless given, it ends by throwing.
	 */
	onBroken?: (error: Error) => void;
};

/** The embedded database behind the common interface. */
export async function openPglite(options: PgliteOptions): Promise<Connection> {
	const { dataDir, onSync = () => undefined } = options;
	const opened = dataDir === undefined ? await openInMemory() : await openInFolder(dataDir, onSync);
	return connectionOn(opened, options);
}

function connectionOn({ pglite, release }: OpenPglite, options: PgliteOptions): Connection {
	const rules = transactionRules(options.idleSecondsMax);
	const { attempt, isBroken } = untilBroken(options.onBroken ?? throwLater);
	const prepared = preparedOn(pglite);
	let closing: Promise<void> | null = null;

	const run = async <R>(text: string, params: readonly unknown[] = []): Promise<R[]> =>
		prepared.run<R>(text, checkedParams(params));

	/** Whoever has the transaction has the session. */
	const inside = (tx: Pick<PGlite, 'exec'>): Transaction => ({
		query: (text, params) => attempt(() => run(text, params)),
		async exec(script) {
			await attempt(() => tx.exec(script));
			prepared.forget();
		},
	});

	async function close(): Promise<void> {
		if (!isBroken()) await pglite.close();
		release();
	}

	return {
		kind: 'pglite',
		drizzle: drizzleOn(pglite, rules, attempt),
		async query(text, params) {
			rules.refuseInside();
			return attempt(() => pglite._runExclusiveTransaction(() => run(text, params)));
		},
		async exec(script) {
			rules.refuseInside();
			await attempt(() => pglite.exec(script));
			prepared.forget();
		},
		async transaction(work) {
			rules.refuseInside();
			return attempt(() => pglite.transaction((tx) => rules.run(inside(tx), work)));
		},
		neighbours: null,
		close: () => (closing ??= close()),
	};
}

type Attempt = <T>(run: () => Promise<T>) => Promise<T>;

/** Drizzle asks its client for two things only; its statements queue with ours on the one session. */
function drizzleOn(pglite: PGlite, rules: TransactionRules, attempt: Attempt): Drizzle {
	const client: Pick<PGlite, 'query' | 'transaction'> = {
		async query(...args) {
			rules.refuseInside();
			return attempt(() => pglite.query(...args));
		},
		transaction: (work) => attempt(() => pglite.transaction(work)),
	};
	return obeying(rules, drizzle({ client: client as PGlite }));
}

/**
 * Notices the database's end. After a PANIC or a trap its memory is not to be trusted and calls to it
 * may never return, so none is made any more.
 */
function untilBroken(onBroken: (error: Error) => void) {
	let broken: Error | null = null;

	async function attempt<T>(run: () => Promise<T>): Promise<T> {
		if (broken !== null) throw broken;
		try {
			return await run();
		} catch (error) {
			if (broken === null && isFatal(error)) {
				broken = new Error('The database has stopped; the server must be restarted', {
					cause: error,
				});
				onBroken(broken);
			}
			throw error;
		}
	}
	return { attempt, isBroken: () => broken !== null };
}

function isFatal(error: unknown): boolean {
	if (error instanceof WebAssembly.RuntimeError) return true;
	if (!(error instanceof Error)) return false;
	return 'severity' in error && (error.severity === 'PANIC' || error.severity === 'FATAL');
}

/** Ends the process with the error's text, as any uncaught error does. */
function throwLater(error: Error): void {
	queueMicrotask(() => {
		throw error;
	});
}
