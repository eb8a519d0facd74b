import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Person } from './cast.ts';

/** A client in the crowd; nobody (null) signs in at the floor. */
export type Seat = { readonly seat: number; readonly who: Person | null };
/** A client shows that a document has changed, by the machine's clock. */
export type Shown = {
	readonly seat: number;
	readonly id: string;
	readonly mark: number;
	readonly atMs: number;
};

export type Crowd = {
	/** When each of the clients has shown that this document changed: in milliseconds, by arrival. */
	readonly seen: (id: string) => Promise<number[]>;
	readonly stop: () => Promise<void>;
};

const seatsPerThread = 10;
const patienceMs = 60_000;

/** Connects these clients to a server, each reading all there is first. */
export async function aCrowd(url: string, people: readonly (Person | null)[]): Promise<Crowd> {
	const seats = people.map((who, seat): Seat => ({ seat, who }));
	const shown = new Map<string, Map<number, number>>();
	const waiting = new Map<string, () => void>();
	const hear = ({ id, seat, atMs }: Shown) => {
		const times = shown.get(id) ?? new Map<number, number>();
		shown.set(id, times);
		if (!times.has(seat)) times.set(seat, atMs);
		if (times.size === seats.length) waiting.get(id)?.();
	};
	const threads: Worker[] = [];
	for (let from = 0; from < seats.length; from += seatsPerThread) {
		const thread = new Worker(new URL('../crowd.ts', import.meta.url), {
			workerData: { url, seats: seats.slice(from, from + seatsPerThread) },
			stdout: true,
			stderr: true,
		});
		threads.push(thread);
		await once(thread, 'message');
		thread.on('message', hear);
	}
	return {
		async seen(id) {
			const all = Promise.withResolvers<void>();
			waiting.set(id, all.resolve);
			if (shown.get(id)?.size === seats.length) all.resolve();
			const late = setTimeout(
				() => all.reject(new Error(`${shown.get(id)?.size ?? 0} of ${seats.length} heard of it`)),
				patienceMs,
			);
			await all.promise;
			clearTimeout(late);
			return [...(shown.get(id)?.values() ?? [])];
		},
		async stop() {
			await Promise.all(threads.map((each) => each.terminate()));
		},
	};
}
