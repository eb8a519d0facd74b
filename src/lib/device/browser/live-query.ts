import { getSortComparator, type MangoQuery, type RxCollection } from 'rxdb/plugins/core';
import type { Doc } from '#sync/core/document.ts';

export type LiveQuery<D extends Doc> = {
	readonly rows: () => Promise<readonly D[]>;
	/** Told when the confirmed part of the answer changed. */
	readonly watch: (changed: () => void) => () => void;
};

/**
 * An RxDB query whose answer shows pending work: documents that the overlay touches are taken out of
 * RxDB's answer and put back as the overlay has them, where RxDB's own matcher says they belong.
 *
 * RxDB is asked without `skip` and `limit`; these are applied to the corrected answer, or a page of
 * ten would come out with nine when the overlay takes one away.
 */
export function createLiveQuery<D extends Doc>(
	collection: RxCollection<Doc>,
	{ skip = 0, limit, ...query }: MangoQuery<D>,
	touched: () => ReadonlyMap<string, Doc>,
): LiveQuery<D> {
	const confirmed = collection.find(query);
	const compare = getSortComparator(collection.schema.jsonSchema, confirmed.normalizedQuery);
	const asPlain = remembering((found: { toJSON(): unknown }) => found.toJSON() as Doc);

	return {
		rows: async () => {
			const below = (await confirmed.exec()).map(asPlain);
			const above = touched();
			const rows =
				above.size === 0
					? below
					: [
							...below.filter(({ id }) => !above.has(id)),
							...[...above.values()].filter((doc) => confirmed.doesDocumentDataMatch(doc)),
						].sort(compare);
			const end = limit === undefined ? rows.length : skip + limit;
			return rows.slice(skip, end) as unknown as readonly D[];
		},
		watch: (changed) => {
			const subscription = confirmed.$.subscribe(() => changed());
			return () => subscription.unsubscribe();
		},
	};
}

/** The same answer for the same object: an unchanged document is not drawn again. */
function remembering<K extends object, V>(compute: (key: K) => V): (key: K) => V {
	const known = new WeakMap<K, { value: V }>();
	return (key) => {
		const found = known.get(key) ?? { value: compute(key) };
		known.set(key, found);
		return found.value;
	};
}
