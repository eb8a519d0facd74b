import type { Connection } from './db/connection.ts';

/** Asked more often than this, the last answer is given again: a probe costs a commit. */
const fresherThanMs = 1_000;

export type Probe = {
	/** Whether the database takes a write just now, and the server is not about to stop. */
	readonly isReady: () => Promise<boolean>;
	/** The server is about to stop. */
	readonly drain: () => void;
};

export function writeProbe(connection: Connection, wall: () => number): Probe {
	let draining = false;
	let last: { readonly atMs: number; readonly took: Promise<boolean> } | null = null;
	const write = () =>
		connection.query('update installation set era = era').then(
			() => true,
			() => false,
		);
	return {
		async isReady() {
			if (draining) return false;
			if (last === null || wall() - last.atMs > fresherThanMs)
				last = { atMs: wall(), took: write() };
			return last.took;
		},
		drain() {
			draining = true;
		},
	};
}
