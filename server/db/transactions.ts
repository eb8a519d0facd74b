import { AsyncLocalStorage } from 'node:async_hooks';
import type { Drizzle, Transaction } from './connection.ts';

/** How long a transaction may wait for its own code between two statements, unless told otherwise. */
const idleSecondsMaxDefault = 30;

/** What both drivers need to keep a transaction to itself. */
export type TransactionRules = ReturnType<typeof transactionRules>;

/**
 * The rules of an open transaction, the same on both databases: nothing else of the same call chain
 * reaches the connection meanwhile, statements run one after another, nothing runs after the end,
 * and code that holds the transaction open without using it is thrown out. (Embedded there is one
 * session: a transaction that hangs would stop every request of the server.)
 */
export function transactionRules(idleSecondsMax = idleSecondsMaxDefault) {
	const current = new AsyncLocalStorage<{ open: boolean }>();

	function refuseInside(): void {
		if (current.getStore()?.open === true) {
			throw new Error('Inside a transaction: use its tx, the connection would wait for itself');
		}
	}

	/** Marks everything that `work` calls as inside, until it settles. */
	async function enter<T>(work: () => Promise<T>): Promise<T> {
		const here = { open: true };
		try {
			return await current.run(here, work);
		} finally {
			here.open = false;
		}
	}

	async function run<T>(driver: Transaction, work: (tx: Transaction) => Promise<T>): Promise<T> {
		const { tx, end, idleTooLong } = openTransaction(driver, idleSecondsMax);
		try {
			return await Promise.race([enter(() => work(tx)), idleTooLong]);
		} finally {
			await end();
		}
	}

	return { refuseInside, enter, run };
}

/** Makes Drizzle's own transactions keep the same rules. Its statements are guarded by its client. */
export function obeying(rules: TransactionRules, drizzle: Drizzle): Drizzle {
	const begin = drizzle.transaction.bind(drizzle);
	drizzle.transaction = async (work, config) => {
		rules.refuseInside();
		return begin((tx) => rules.enter(() => work(tx)), config);
	};
	return drizzle;
}

function openTransaction(driver: Transaction, idleSecondsMax: number) {
	let open = true;
	let waiting = 0;
	let last: Promise<unknown> = Promise.resolve();

	const watch = Promise.withResolvers<never>();
	const timer = setTimeout(() => {
		if (waiting > 0) timer.refresh();
		else watch.reject(new Error(`Transaction idle for ${idleSecondsMax} s: rolled back`));
	}, idleSecondsMax * 1000);

	function inTurn<T>(run: () => Promise<T>): Promise<T> {
		if (!open) return Promise.reject(new Error('The transaction has ended'));
		waiting++;
		const mine = last.then(run).finally(() => {
			waiting--;
			timer.refresh();
		});
		last = mine.then(ignore, ignore); // Its caller hears of a failure; the next statement need not.
		return mine;
	}

	const tx: Transaction = {
		query: (text, params) => inTurn(() => driver.query(text, params)),
		exec: (script) => inTurn(() => driver.exec(script)),
	};

	async function end(): Promise<void> {
		open = false;
		await last;
		clearTimeout(timer);
	}
	return { tx, end, idleTooLong: watch.promise };
}

function ignore(): void {}
