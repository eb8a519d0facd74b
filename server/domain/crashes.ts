import { instantOf, msOf, type Instant } from '#sync/core/time.ts';
import { mutationCrash } from '../db/device.ts';
import type { Port } from '../db/port.ts';
import { UnitOfWork } from '../db/store.ts';

/** A bug: the rules threw something that is no refusal and no outage. */
export class RuleCrash extends Error {
	override readonly name = 'RuleCrash';
	readonly mutationId: string;

	constructor(mutationId: string, cause: unknown) {
		super(`the rules crashed on ${mutationId}`, { cause });
		this.mutationId = mutationId;
	}
}

/** The third crash parks a mutation: a bug of ours must not block a phone's outbox for ever. */
export const crashesMax = 3;

const crashesCountedMax = 1_000;

/** Counts a crash in a transaction of its own, as the crashed one was rolled back. */
export async function countCrash(port: Port, crash: RuleCrash, now: Instant): Promise<number> {
	return port.transaction(async (tx) => {
		const work = new UnitOfWork(tx);
		const layer = work.open();
		const earlier = await layer.store.find(mutationCrash, crash.mutationId);
		const count = Math.min((earlier?.count ?? 0) + 1, crashesCountedMax);
		const error = String(crash.cause).slice(0, 300);
		const row = { id: crash.mutationId, count, lastAt: instantOf(msOf(now)), error };
		if (earlier) layer.store.update(mutationCrash, row);
		else layer.store.insert(mutationCrash, row);
		layer.keep();
		await tx.flush(work.writes());
		return count;
	});
}
