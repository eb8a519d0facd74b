import type { AnyEntity, Row } from '#sync/core/entity.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Port } from './port.ts';
import { touchesOf } from './scopes.ts';
import { UnitOfWork } from './store.ts';

/** Planting makes nothing go, so this time is written nowhere. */
const never: Instant = '1970-01-01T00:00:00.000Z';

/**
 * Puts rows into a database as if mutations had made them: in one transaction, stamped into their
 * scopes. For seeds and tests; everything else goes through `perform`.
 */
export async function plant(
	port: Port,
	rows: readonly (readonly [AnyEntity, readonly Row[]])[],
): Promise<void> {
	await port.transaction(async (tx) => {
		const work = new UnitOfWork(tx);
		const layer = work.open();
		for (const [entity, some] of rows)
			for (const row of some) layer.store.insert(entity, row as never);
		const touches = await touchesOf(layer);
		layer.keep();
		await tx.flush(work.writes());
		await tx.stamp(touches, [], never);
	});
}
