import type { Doc } from '../core/document.ts';
import type { CollectionName } from '../core/entity.ts';
import { schemasTold } from './version.ts';

type Lowered = Partial<Record<CollectionName, (doc: Doc) => Doc>>;

/** What each shape after the first brought, by its number: how a document looked one shape earlier. */
const before: Readonly<Record<number, Lowered>> = {
	2: {
		bookings: (doc) => without(doc, 'readMarks'),
	},
};

/** Whether documents are still told in this shape. A phone's may be older, or newer than the server. */
export const isTold = (schema: number): boolean => schemasTold.includes(schema);

/**
 * A document in the shape of an installed app: it is updated when it can be, which may be weeks
 * after the server, and until then must go on reading.
 */
export function docIn(schema: number, collection: CollectionName, doc: Doc): Doc {
	const [newest = schema] = schemasTold;
	let told = doc;
	for (let step = newest; step > schema; step -= 1)
		told = before[step]?.[collection]?.(told) ?? told;
	return told;
}

function without(doc: Doc, field: string): Doc {
	const { id, ...rest } = doc;
	return { id, ...Object.fromEntries(Object.entries(rest).filter(([name]) => name !== field)) };
}
