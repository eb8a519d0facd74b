import type { Port, PortTransaction } from '../db/port.ts';
import { Seen } from './seen.ts';

/**
 * The same port, and somebody who looks at every transaction after its commit. Here rather than in
 * the door, so that whatever writes is looked at: phones, routes, the clock, replays, and doors that
 * nobody has thought of yet. A transaction that was rolled back broke nothing.
 */
export function watched<P extends Port>(port: P, look: (seen: Seen) => void): P {
	return {
		...port,
		async transaction<T>(work: (tx: PortTransaction) => Promise<T>): Promise<T> {
			const seen = new Seen();
			const result = await port.transaction((tx) => work(watchedTransaction(tx, seen)));
			look(seen);
			return result;
		},
	};
}

/** Each method by name, so that a new one has to say what is to be seen of it. */
const watchedTransaction = (tx: PortTransaction, seen: Seen): PortTransaction => ({
	alone: tx.alone,
	lock: (keys) => tx.lock(keys),
	async read(entity, ids) {
		const rows = await tx.read(entity, ids);
		seen.read(entity, rows);
		return rows;
	},
	async list(entity, equals, during) {
		const rows = await tx.list(entity, equals, during);
		seen.read(entity, rows);
		return rows;
	},
	async entries(ids) {
		const entries = await tx.entries(ids);
		seen.readEntries(entries);
		return entries;
	},
	async claim(claims) {
		const fresh = await tx.claim(claims);
		seen.claimed(claims, fresh);
		return fresh;
	},
	async flush(writes) {
		await tx.flush(writes);
		seen.wrote(writes);
	},
	async stamp(touches, outcomes, now) {
		const heads = await tx.stamp(touches, outcomes, now);
		seen.stamped(touches, outcomes, heads);
		return heads;
	},
});
