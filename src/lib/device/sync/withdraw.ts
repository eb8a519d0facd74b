import { frozenAt } from './outbox.ts';
import type { Ports } from './ports.ts';
import { historyOf } from './settle.ts';
import type { DeviceStore } from './store.ts';

/**
 * Takes a piece of work back before it was sent. The row keeps its number and is still sent, saying
 * nothing; that it was taken back is in the history from this moment on. Whether it had arrived
 * after all (the answer was lost) the server tells when the number comes.
 */
export async function takeBack(
	store: DeviceStore,
	clock: Ports['clock'],
	mutationId: string,
	sending: readonly number[],
): Promise<boolean> {
	let done = false;
	await store.change((books) => {
		const row = books.outbox.find(({ id }) => id === mutationId);
		done = row !== undefined && row.ack === null && !row.withdrawn && !sending.includes(row.seq);
		if (!row || !done) return {};
		const offsetMs = books.clock?.offsetMs ?? null;
		const endedAt = frozenAt({ at: { wall: clock.now(), offsetMs, errorMs: null } });
		const withdrawn = { ...row, withdrawn: true as const };
		return {
			outbox: books.outbox.map((each) => (each === row ? withdrawn : each)),
			ended: [
				{
					...historyOf(row, books.device.id, {
						...{ status: 'withdrawn', refusal: null, extras: null, endedAt },
					}),
					dismissed: true,
				},
			],
		};
	});
	return done;
}
