import type { Instant } from '#sync/core/time.ts';
import {
	memoryPort,
	type MemoryOptions,
	type MemoryPort,
	type MemoryState,
} from '#server/db/memory.ts';
import type { Draft } from '#server/db/memory-state.ts';
import { ConstraintViolation, type Port } from '#server/db/port.ts';
import { install } from './install.ts';

/** What a transaction laid over the state, when it committed. */
export type Commit = Pick<Draft, 'tables' | 'log'> & { readonly at: Instant | null };

/** The one database of all server processes, with its past: it can be set back to a backup. */
export type Store = {
	/** Whatever the database is at the moment. */
	readonly port: MemoryPort;
	readonly state: () => MemoryState;
	readonly era: () => number;
	/** From where its history is told, and what was committed since then, in that order. */
	readonly history: () => { readonly base: MemoryState; readonly commits: readonly Commit[] };
	/** Begins the history anew, from here. */
	readonly beginHere: () => void;
	/** Mutations of whose writes a constraint said no. */
	readonly clashed: ReadonlySet<string>;
	/** Goes back to what it was: another era, unless a planted bug forgets to say so. */
	readonly restore: (state: MemoryState) => void;
};

/** Planted bugs. */
export type Flaws = Pick<MemoryOptions, 'unlocked' | 'forgotten'> & { readonly eraKept?: true };

export function createStore(flaws: Flaws): Store {
	let era = 1;
	let base: MemoryState | null = null;
	let commits: Commit[] = [];
	const clashed = new Set<string>();
	let memory: MemoryPort = opened();

	function opened(state?: MemoryState): MemoryPort {
		const mine: MemoryPort = memoryPort(install, {
			...flaws,
			...(state === undefined ? {} : { state }),
			era,
			committed: (_after, _before, draft) => {
				if (mine !== memory) return; // Somebody still writes to a disk that was replaced.
				commits.push({ tables: draft.tables, log: draft.log, at: draft.stampedAt });
			},
		});
		return mine;
	}
	const whatever = <K extends keyof Port>(name: K): Port[K] =>
		((...args: never[]) => (memory[name] as (...all: never[]) => unknown)(...args)) as Port[K];

	return {
		port: {
			transaction: async (work) => {
				const claimed: string[] = [];
				try {
					return await memory.transaction((tx) =>
						work({
							...tx,
							claim: (claims) => {
								claimed.push(...claims.map((each) => each.id));
								return tx.claim(claims);
							},
						}),
					);
				} catch (error) {
					if (error instanceof ConstraintViolation) for (const id of claimed) clashed.add(id);
					throw error;
				}
			},
			pull: whatever('pull'),
			sweepGone: whatever('sweepGone'),
			forgetNews: whatever('forgetNews'),
			parked: whatever('parked'),
			heads: whatever('heads'),
			installation: whatever('installation'),
			read: whatever('read'),
			list: whatever('list'),
			entries: whatever('entries'),
			close: whatever('close'),
			state: () => memory.state(),
		},
		state: () => memory.state(),
		era: () => era,
		clashed,
		history: () => ({ base: base ?? memory.state(), commits }),
		beginHere: () => {
			base = memory.state();
			commits = [];
		},
		restore: (state) => {
			if (!flaws.eraKept) era += 1;
			memory = opened(state);
			base = state;
			commits = [];
		},
	};
}
