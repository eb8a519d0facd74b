import { instantOf, msOf, type Instant } from '#sync/core/time.ts';

type Waiting = { readonly atMs: number; readonly order: number; readonly run: () => void };

/** A clock that moves only when told, and the timers that wait on it, run in the order they fall due. */
export class VirtualTime {
	#nowMs: number;
	#order = 0;
	#waiting: Waiting[] = [];
	readonly #settled: () => Promise<void>;

	/** `settled` resolves when nothing happens any more without time passing. */
	constructor(start: Instant, settled = quiet) {
		this.#nowMs = msOf(start);
		this.#settled = settled;
	}

	now = (): Instant => instantOf(this.#nowMs);

	/** Runs `run` once after so long; answers how to call it off. */
	after = (ms: number, run: () => void): (() => void) => {
		const waiting = { atMs: this.#nowMs + Math.max(0, ms), order: ++this.#order, run };
		this.#waiting.push(waiting);
		return () => {
			this.#waiting = this.#waiting.filter((each) => each !== waiting);
		};
	};

	/** When the next timer falls due; null: none waits. */
	nextInMs(): number | null {
		const next = this.#next();
		return next ? next.atMs - this.#nowMs : null;
	}

	/** Moves on by so long; after each timer that fell due, whatever it set off runs to its end. */
	async advance(ms: number): Promise<void> {
		const untilMs = this.#nowMs + ms;
		for (let next = this.#next(); next && next.atMs <= untilMs; next = this.#next()) {
			const due = next;
			this.#waiting = this.#waiting.filter((each) => each !== due);
			this.#nowMs = Math.max(this.#nowMs, due.atMs);
			due.run();
			await this.#settled();
		}
		this.#nowMs = untilMs;
	}

	#next(): Waiting | undefined {
		return this.#waiting.reduce<Waiting | undefined>(
			(first, each) =>
				!first || each.atMs < first.atMs || (each.atMs === first.atMs && each.order < first.order)
					? each
					: first,
			undefined,
		);
	}
}

/** Waits until every promise that can settle without time passing has settled. */
export const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
