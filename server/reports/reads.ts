import type { AnyEntity, RowIn } from '#sync/core/entity.ts';
import type { During, Equals } from '#sync/core/mutator.ts';
import type { Reads } from '../db/port.ts';

/** Rows whose fields equal these, with their own type. */
export async function listed<E extends AnyEntity>(
	reads: Reads,
	entity: E,
	equals: Equals<RowIn<E>>,
	during?: During,
): Promise<RowIn<E>[]> {
	return (await reads.list(entity, equals, during)) as unknown as RowIn<E>[];
}

/** The rows of these ids that exist, with their own type. */
export async function named<E extends AnyEntity>(
	reads: Reads,
	entity: E,
	ids: readonly string[],
): Promise<RowIn<E>[]> {
	return (await reads.read(entity, [...new Set(ids)])) as unknown as RowIn<E>[];
}
