import type { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import type { Connection, Transaction } from '#server/db/connection.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { Violation } from '../invariants.ts';
import { seeded, type Random } from '../random.ts';
import { commitText, isTransient, type Strike, type Strikes } from './strikes.ts';
import type { Task, UnderWay } from './under-way.ts';

/** A process of the server. Once it is dead, nothing of it reaches the database any more. */
export type Instance = { alive: boolean };

/** What a planted bug makes of a statement. */
export type Rewrite = (text: string) => string;

type Statement = {
	readonly text: string;
	readonly tx: OpenTransaction | null;
	/** Runs some SQL where this statement runs. */
	readonly on: (text: string, params?: readonly unknown[]) => Promise<unknown>;
	readonly params: readonly unknown[];
};

type OpenTransaction = {
	readonly driver: Transaction;
	/** The door has claimed ids in it: from here on it is for the door to try again. */
	claims: boolean;
	ghosts: boolean;
	committed: () => void;
};

class ProcessKilled extends Error {
	override readonly name = 'ProcessKilled';
}

export type DatabaseOptions = {
	readonly base: Connection;
	readonly time: VirtualTime;
	readonly seed: number;
	readonly underWay: UnderWay;
	readonly strikes: Strikes;
	/** A statement takes up to so long, in virtual time. */
	readonly latencyMsMax: number;
	/** Rows of a page at most. */
	readonly pageRows: number;
	readonly rewrite: Rewrite;
	readonly broken: (error: unknown) => void;
};

/** The first statement of a page and of the look for news. */
const isPull = (text: string) => text.startsWith('with followed');
/** What leaves with a dropped scope comes whole, whatever a page may hold. */
const usualPageMax = 1_000;
const raise = (code: string) =>
	`do $$ begin raise exception 'planted' using errcode = '${code}'; end $$`;

/**
 * The one session of the embedded database, shared by all instances as virtual time goes by: each
 * statement takes its time, transactions wait for each other, and any statement can be struck.
 */
export class Database {
	readonly #options: DatabaseOptions;
	#open: OpenTransaction | null = null;
	#held = false;
	#queue: (() => void)[] = [];
	readonly #paces = new WeakMap<Task, Random>();
	/** The process dies when this commit is through, and before it hears of that. */
	#diesAfterwards = false;
	/** Something may have been written since this was last set to false. */
	isDirty = true;

	constructor(options: DatabaseOptions) {
		this.#options = options;
	}

	/** Whether somebody is in the middle of a transaction. */
	get isHeld(): boolean {
		return this.#held;
	}

	/** To be done when the open transaction has committed, whatever its caller is told. */
	onCommit(committed: () => void): void {
		if (this.#open) this.#open.committed = committed;
	}

	/** The database as one instance reaches it. */
	connectionOf(instance: Instance): Connection {
		const { base } = this.#options;
		const query = (text: string, params: readonly unknown[] = []) => {
			const on: Statement['on'] = (sql, given) => base.query(sql, given);
			return this.#alone(instance, { text, params, tx: null, on });
		};
		const inner = (base.drizzle as unknown as { readonly $client: Pick<PGlite, 'query'> }).$client;
		const client: Pick<PGlite, 'query'> = {
			query: (text, params, options) => {
				// What raises an error has no parameters, and Drizzle's options do not matter to it.
				const on: Statement['on'] = (sql, given) =>
					inner.query(sql, given ? [...given] : [], options);
				const statement = { text, params: params ?? [], tx: null, on };
				return this.#alone(instance, statement) as never;
			},
		};
		return {
			kind: 'pglite',
			drizzle: drizzle({ client: client as PGlite }),
			query: (text, params) => query(text, params) as never,
			exec: (script) => query(script) as never,
			transaction: (work) => this.#transaction(instance, work),
			neighbours: null,
			close: () => Promise.resolve(),
		};
	}

	async #alone(instance: Instance, statement: Statement): Promise<unknown> {
		await this.#hold(instance);
		try {
			return await this.#run(instance, statement);
		} finally {
			this.#release();
		}
	}

	async #transaction<T>(instance: Instance, work: (tx: Transaction) => Promise<T>): Promise<T> {
		const { base, underWay } = this.#options;
		await this.#hold(instance);
		let stop = underWay.starts();
		try {
			const result = await base.transaction(async (driver) => {
				const open = { driver, claims: false, ghosts: false, committed: () => undefined };
				this.#open = open;
				// Between its statements a transaction waits for time like everybody else.
				stop();
				try {
					const value = await work(this.#transactionOf(instance, open));
					await this.#beforeCommit(instance, open);
					return value;
				} finally {
					stop = underWay.starts();
				}
			});
			this.#afterCommit(instance);
			return result;
		} finally {
			stop();
			this.#open = null;
			this.#release();
		}
	}

	#transactionOf(instance: Instance, tx: OpenTransaction): Transaction {
		const on: Statement['on'] = (sql, given) => tx.driver.query(sql, given);
		const run = (text: string, params: readonly unknown[] = []) =>
			this.#run(instance, { text, params, tx, on });
		return {
			query: (text, params) => run(text, params) as never,
			exec: (script) => run(script) as never,
		};
	}

	async #beforeCommit(instance: Instance, tx: OpenTransaction): Promise<void> {
		await this.#latency();
		const strike = this.#struck({ text: commitText, params: [], tx, on: tx.driver.query });
		if (strike) await this.#strikeBefore(instance, strike, tx.driver.query);
		if (!instance.alive) throw new ProcessKilled();
		if (tx.ghosts)
			this.#options.broken(
				new Violation('what somebody else changed meanwhile is not overwritten'),
			);
		this.#diesAfterwards = strike?.kind === 'killed_after';
	}

	#afterCommit(instance: Instance): void {
		this.isDirty = true;
		this.#open?.committed();
		if (!this.#diesAfterwards) return;
		this.#diesAfterwards = false;
		instance.alive = false;
		throw new ProcessKilled();
	}

	async #run(instance: Instance, statement: Statement): Promise<unknown> {
		await this.#latency();
		if (!instance.alive) throw new ProcessKilled();
		const { text, tx, on } = statement;
		if (tx && text.startsWith('insert into mutation')) tx.claims = true;
		const strike = this.#struck(statement);
		if (strike) await this.#strikeBefore(instance, strike, on);
		if (strike?.kind === 'ghost' && tx) await this.#haunt(statement, tx);
		this.isDirty = true;
		const { underWay, rewrite } = this.#options;
		const result = await underWay.running(() => on(rewrite(text), this.#paramsOf(statement)));
		if (strike?.kind === 'killed_after') instance.alive = false;
		if (!instance.alive) throw new ProcessKilled();
		return result;
	}

	#paramsOf({ text, params }: Statement): readonly unknown[] {
		const rowsMax = Number(params[2]);
		if (!isPull(text) || rowsMax <= 1 || rowsMax > usualPageMax) return params;
		return [params[0], params[1], Math.min(rowsMax, this.#options.pageRows)];
	}

	#struck({ text, tx }: Statement): Strike | null {
		const task = this.#options.underWay.current();
		if (!task) return null;
		const strike = this.#options.strikes.at({ text, inTransaction: tx !== null });
		if (strike) task.struck.push(tx?.claims && mayTryAgain(strike) ? 'again' : strike.kind);
		return strike;
	}

	async #strikeBefore(instance: Instance, strike: Strike, on: Statement['on']): Promise<void> {
		if (strike.kind === 'killed_before') {
			instance.alive = false;
			throw new ProcessKilled();
		}
		if (strike.kind === 'error') await this.#options.underWay.running(() => on(raise(strike.code)));
	}

	/** Another server's transaction commits just now, and one of these rows is another than it was. */
	async #haunt({ text, params, on }: Statement, tx: OpenTransaction): Promise<void> {
		const entity = /^update "(\w+)"/.exec(text)?.[1] ?? '';
		const [row] = JSON.parse(String(params[0])) as readonly { readonly id: string }[];
		const sql = `update "${entity}" set version = version + 1 where ${entity}_id = $1`;
		await this.#options.underWay.running(() => on(sql, [row?.id]));
		tx.ghosts = true;
	}

	async #latency(): Promise<void> {
		const { time, underWay, latencyMsMax } = this.#options;
		const task = underWay.current();
		if (!task || latencyMsMax === 0) return;
		const ms = 1 + this.#paceOf(task).below(latencyMsMax);
		await underWay.waiting(new Promise<void>((over) => time.after(ms, over)));
	}

	/** Each task has chances of its own: whose digest was ready first decides nothing. */
	#paceOf(task: Task): Random {
		const pace = this.#paces.get(task) ?? seeded(this.#options.seed + task.number);
		this.#paces.set(task, pace);
		return pace;
	}

	async #hold(instance: Instance): Promise<void> {
		if (this.#held) {
			const turn = new Promise<void>((mine) => this.#queue.push(mine));
			await this.#options.underWay.waiting(turn);
		}
		this.#held = true;
		if (instance.alive) return;
		this.#release();
		throw new ProcessKilled();
	}

	#release(): void {
		const next = this.#queue.shift();
		if (next) next();
		else this.#held = false;
	}
}

const mayTryAgain = (strike: Strike): boolean => isTransient(strike) || strike.kind === 'ghost';
