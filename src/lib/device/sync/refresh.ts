import type { DocKey } from '#sync/core/document.ts';
import type { Overlay } from './overlay.ts';
import type { Books, DeviceStore } from './store.ts';

/** Who wants to hear that something changed. */
export function createWatchers() {
	const watchers = new Set<() => void>();
	return {
		changed: () => watchers.forEach((watcher) => watcher()),
		watch: (watcher: () => void) => {
			watchers.add(watcher);
			return () => void watchers.delete(watcher);
		},
	};
}

/**
 * Brings the overlay up to date with the store, and remembers how wrong the clock is. Calls that
 * come while one waits for its turn are answered by that one: ten pages in a row fold once or twice,
 * not ten times.
 */
export function createRefresh(
	store: DeviceStore,
	overlay: Overlay,
	serial: <T>(work: () => Promise<T>) => Promise<T>,
	changed: () => void,
) {
	let keysWaiting: DocKey[] = [];
	let waiting: Promise<void> | null = null;
	let measured: Books['clock'] = null;
	const refresh = (keys: readonly DocKey[]): Promise<void> => {
		keysWaiting.push(...keys);
		waiting ??= serial(async () => {
			const moved = keysWaiting;
			keysWaiting = [];
			waiting = null;
			const { outbox, clock } = await store.books();
			measured = clock;
			await overlay.reconcile(outbox, moved);
		}).then(changed);
		return waiting;
	};
	return { refresh, clock: () => measured };
}
