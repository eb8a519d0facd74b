import type { AnyEntity, Row } from '#sync/core/entity.ts';
import type { Port } from './port.ts';
import { touchesOf } from './scopes.ts';
import { UnitOfWork } from './store.ts';

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
		await tx.stamp(touches, []);
	});
}
