import type { Doc } from '#sync/core/document.ts';
import type { Device } from '#lib/device/sync/device.ts';
import { createMutex } from '#lib/device/sync/mutex.ts';
import { Violation } from './invariants.ts';

const order: Readonly<Record<'jobs' | 'bookings', readonly string[]>> = {
	jobs: ['pending', 'in_progress', 'completed', 'billed'],
	bookings: ['confirmed', 'received', 'closed'],
};

/** How far a document had come when it was last looked at, and how many noes were known then. */
type Seen = { readonly rank: number; readonly noes: number };

/**
 * What a person sees never goes back on its own: after "started" no screen says "waiting" again,
 * unless he was told no meanwhile, or his phone has learned that the rules say no.
 */
export function watchShown(
	device: Device,
	broken: (error: unknown) => void,
	isExcused: () => boolean = () => false,
): void {
	const seen = new Map<string, Seen>();
	const inTurn = createMutex();
	// The history changes a moment before the screen does, which may be looked at in between: a no
	// counts as new until the look after the next.
	let noesBefore = 0;
	const look = async (): Promise<void> => {
		const documents = await shownBy(device);
		const noes = await noesOf(device);
		const doubted = device.pending().some((each) => each.doubt !== null);
		for (const [key, rank] of documents) {
			const earlier = seen.get(key);
			const excused = doubted || noes !== earlier?.noes || isExcused();
			if (earlier && rank >= 0 && rank < earlier.rank && !excused)
				throw new Violation(
					`what is shown never goes back: ${key} from ${earlier.rank} to ${rank}`,
				);
			seen.set(key, { rank, noes: noesBefore });
		}
		noesBefore = noes;
	};
	device.watch(() => void inTurn(look).catch(broken));
}

async function shownBy(device: Device): Promise<[key: string, rank: number][]> {
	const rankOf = (collection: keyof typeof order, doc: Doc) =>
		order[collection].indexOf(String(doc['status']));
	const all = (['jobs', 'bookings'] as const).map(async (collection) =>
		(await device.documents(collection)).map((doc): [string, number] => [
			`${collection}/${doc.id}`,
			rankOf(collection, doc),
		]),
	);
	return (await Promise.all(all)).flat();
}

const noesOf = async (device: Device): Promise<number> => {
	const history = await device.history(1_000);
	return history.filter((each) => each.status !== 'applied' && each.status !== 'noop').length;
};
