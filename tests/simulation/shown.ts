import type { Doc } from '#sync/core/document.ts';
import type { Device } from '#lib/device/device.ts';
import { Violation } from './invariants.ts';

const order: Readonly<Record<string, readonly string[]>> = {
	jobs: ['pending', 'in_progress', 'completed', 'billed'],
	bookings: ['confirmed', 'received', 'closed'],
};

/**
 * What a person sees never goes back on its own: after "started" no screen says "waiting" again,
 * unless he was told no, or his phone has learned that the rules say no.
 */
export function watchShown(device: Device, broken: (error: unknown) => void): void {
	const seen = new Map<string, number>();
	let told = -1;
	const look = async (): Promise<void> => {
		const documents = await Promise.all(
			Object.keys(order).map(
				async (collection) =>
					[collection, await device.documents(collection as 'jobs' | 'bookings')] as const,
			),
		);
		const history = await device.history(1_000);
		const refusals = history.filter((each) => each.status !== 'applied' && each.status !== 'noop');
		const excused =
			refusals.length !== told || device.pending().some((each) => each.doubt !== null);
		told = refusals.length;
		for (const [collection, docs] of documents)
			for (const doc of docs) compare(seen, collection, doc, excused);
	};
	device.watch(() => void look().catch(broken));
}

function compare(seen: Map<string, number>, collection: string, doc: Doc, excused: boolean): void {
	const rank = order[collection]?.indexOf(String(doc['status'])) ?? -1;
	const key = `${collection}/${doc.id}`;
	const earlier = seen.get(key) ?? -1;
	if (rank < earlier && rank >= 0 && !excused)
		throw new Violation(`what is shown never goes back: ${key} is ${String(doc['status'])} again`);
	seen.set(key, rank);
}
