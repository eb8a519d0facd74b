import type { Doc, DocKey } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import type { Layer } from './layers.ts';
import type { Search } from './overlay-store.ts';

/** Documents that are not as they were when somebody ran over them. */
export type Movement = {
	/**
	 * A document is `now` like this. What it was `before` is not known of every one (`undefined`); where
	 * it is, and both are the same, nobody who saw the one has to run again for the other.
	 */
	readonly note: (key: DocKey, before: Doc | null | undefined, now: Doc | null) => void;
	/** Whether it might come out otherwise if it ran now. */
	readonly touches: (layer: Pick<Layer, 'reads' | 'writes'>) => boolean;
};

export function createMovement(): Movement {
	const moved = new Map<CollectionName, Map<string, Doc | null>>();
	const holds = ({ collection, id }: DocKey) => moved.get(collection)?.has(id) ?? false;
	const wouldFind = ({ collection, found, finds }: Search) =>
		[...(moved.get(collection) ?? [])].some(
			([id, now]) => found.has(id) || (now !== null && finds(now)),
		);
	return {
		note: ({ collection, id }, before, now) => {
			const known = moved.get(collection) ?? new Map<string, Doc | null>();
			moved.set(collection, known);
			if (before !== undefined && isSame(before, now)) known.delete(id);
			else known.set(id, now);
		},
		touches: ({ reads, writes }) =>
			[...reads.gets.values()].some(holds) ||
			[...writes.values()].some(({ key }) => holds(key)) ||
			reads.searches.some(wouldFind),
	};
}

/** Whether two values are the same JSON. */
function isSame(one: unknown, other: unknown): boolean {
	if (one === other) return true;
	if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
	if (Array.isArray(one) !== Array.isArray(other)) return false;
	const right = new Map(Object.entries(other));
	const left = Object.entries(one);
	return (
		left.length === right.size &&
		left.every(([name, value]) => right.has(name) && isSame(value, right.get(name)))
	);
}
