import type { Channel, TabMessage } from '#lib/device/sync/ports.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';

/** When a process dies: at which use of its disk, and whether that still takes effect. */
export type Death = { left: number; readonly when: 'before' | 'after' };

/** A disk whose process may die in the middle of its use: whoever waits for it never hears again. */
export function mortal(
	store: DeviceStore,
	death: () => Death | null,
	die: () => void,
): DeviceStore {
	const step =
		<A extends unknown[], T>(use: (...args: A) => Promise<T>) =>
		async (...args: A): Promise<T> => {
			const near = death();
			const dies = near !== null && (near.left -= 1) === 0;
			if (!dies) return use(...args);
			if (near.when === 'after') await use(...args);
			die();
			return new Promise<never>(() => undefined);
		};
	return {
		books: step(() => store.books()),
		append: step((entry) => store.append(entry)),
		change: step((edit) => store.change(edit)),
		history: step((rowsMax) => store.history(rowsMax)),
		dismiss: step((id) => store.dismiss(id)),
		doc: step((collection, id) => store.doc(collection, id)),
		docs: step((collection, ids) => store.docs(collection, ids)),
		write: step((collection, docs, gone) => store.write(collection, docs, gone)),
		close: () => store.close(),
	};
}

/** A line between the tabs of one app. */
export type Party = { readonly join: () => Channel };

export function party(): Party {
	const ears = new Set<(message: TabMessage) => void>();
	return {
		join: () => {
			let mine: ((message: TabMessage) => void) | null = null;
			return {
				post: (message) => {
					for (const hear of ears)
						if (hear !== mine) queueMicrotask(() => ears.has(hear) && hear(message));
				},
				listen: (hear) => {
					mine = hear;
					ears.add(hear);
					return () => void ears.delete(hear);
				},
			};
		},
	};
}
