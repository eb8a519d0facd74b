import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from '#sync/core/actor.ts';
import { quiet } from '../virtual-time.ts';

/** One thing that the server does: a request, a run of its timers, its opening. */
export type Task = {
	readonly number: number;
	/** How many of its steps wait for virtual time, or for the database's one session. */
	waiting: number;
	/** What was made to go wrong for it; `again`: what the door has to try again by itself. */
	readonly struck: string[];
	/** The person as whom it acts, as it last asked who he is. */
	actor: Actor | null;
};

/** A turn of the loop without news may be chance: streams and promises of the platform take one or two. */
const quietTurns = 2;
/** Many seconds of turns: nothing that is counted takes so long. */
const turnsMax = 5_000_000;

/**
 * Counts what is under way, so that time moves only when everything waits for it. Sign-in computes
 * digests on threads of their own: how long they take must decide nothing.
 */
export class UnderWay {
	readonly #tasks = new Set<Task>();
	readonly #inside = new AsyncLocalStorage<Task>();
	#count = 0;
	#running = 0;
	#moves = 0;

	/** Runs something of the server's. */
	async task<T>(work: (task: Task) => Promise<T>): Promise<T> {
		const task: Task = { number: (this.#count += 1), waiting: 0, struck: [], actor: null };
		this.#tasks.add(task);
		try {
			return await this.#inside.run(task, () => work(task));
		} finally {
			this.#moves += 1;
			this.#tasks.delete(task);
		}
	}

	/** Whose step this is; null: nobody's that is counted. */
	current(): Task | null {
		return this.#inside.getStore() ?? null;
	}

	/** Waits for something that only virtual time, or another task, brings. */
	async waiting<T>(wait: Promise<T>): Promise<T> {
		const task = this.current();
		if (task) task.waiting += 1;
		try {
			return await wait;
		} finally {
			this.#moves += 1;
			if (task) task.waiting -= 1;
		}
	}

	/** The database works, until what this answers is called. */
	starts(): () => void {
		this.#running += 1;
		return () => {
			this.#moves += 1;
			this.#running -= 1;
		};
	}

	async running<T>(run: () => Promise<T>): Promise<T> {
		const stop = this.starts();
		try {
			return await run();
		} finally {
			stop();
		}
	}

	/** Whether anything was begun that has not ended. */
	get isOver(): boolean {
		return this.#tasks.size === 0;
	}

	/** Resolves when nothing moves any more before time does. */
	idle = async (): Promise<void> => {
		let still = 0;
		for (let turns = 0; still < quietTurns; turns += 1) {
			if (turns > turnsMax) throw new Error('something waits for what is not counted');
			const moves = this.#moves;
			await quiet();
			still = this.#rests() && moves === this.#moves ? still + 1 : 0;
		}
	};

	#rests(): boolean {
		if (this.#running > 0) return false;
		for (const task of this.#tasks) if (task.waiting === 0) return false;
		return true;
	}
}
