import type { DeviceStore } from './store.ts';

/** Somebody asked for the store of a device that has stopped. It is nobody's fault. */
export class Stopped extends Error {
	override readonly name = 'Stopped';
}

/** A store that one can be sure not to be used any more. */
export type Lease = {
	readonly store: DeviceStore;
	/** From here on everything asked of it is `Stopped`; resolves when what was asked before is done. */
	readonly end: () => Promise<void>;
};

/**
 * Much goes on in a device that nobody waits for: tidying, other tabs, a page that looks something up.
 * Closing the databases under any of it would be reported as broken storage.
 */
export function leaseOf(store: DeviceStore): Lease {
	const running = new Set<Promise<unknown>>();
	let isOver = false;

	const guarded =
		<A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
		async (...args: A): Promise<T> => {
			if (isOver) throw new Stopped();
			const mine = work(...args);
			running.add(mine);
			try {
				return await mine;
			} finally {
				running.delete(mine);
			}
		};
	return {
		store: {
			books: guarded(() => store.books()),
			append: guarded((entry) => store.append(entry)),
			change: guarded((edit) => store.change(edit)),
			history: guarded((rowsMax) => store.history(rowsMax)),
			dismiss: guarded((id) => store.dismiss(id)),
			doc: guarded((collection, id) => store.doc(collection, id)),
			docs: guarded((collection, ids) => store.docs(collection, ids)),
			write: guarded((collection, docs, gone) => store.write(collection, docs, gone)),
			close: () => store.close(),
		},
		end: async () => {
			isOver = true;
			await Promise.allSettled(running);
		},
	};
}
