import type { Actor } from '#sync/core/actor.ts';
import type { DocKey } from '#sync/core/document.ts';
import { addMs, type Instant } from '#sync/core/time.ts';
import { release } from './leaving.ts';
import type { Overlay } from './overlay.ts';
import type { Books, DeviceStore } from './store.ts';
import { sweepCustomers } from './sweep.ts';
import type { SyncLoop } from './sync-loop.ts';

type Housekeeping = {
	readonly store: DeviceStore;
	readonly overlay: Overlay;
	readonly loop: SyncLoop;
	readonly clock: () => Books['clock'];
	readonly actor: () => Actor;
	readonly tell: (keys: readonly DocKey[]) => Promise<void>;
};

/** What this phone removes by itself, while no tab takes an answer in. */
export function housekeepingOf({ store, overlay, loop, clock, actor, tell }: Housekeeping) {
	return {
		sweep: async (now: Instant): Promise<void> => {
			const atServer = addMs(now, clock()?.offsetMs ?? 0);
			const { touchedBy } = overlay;
			const gone = await loop.aside(() => sweepCustomers(store, actor(), touchedBy, atServer));
			if (gone.length > 0) await tell(gone.map((id) => ({ collection: 'people', id })));
		},
		/** A crash came between settling work and removing what was kept for it. */
		tidy: async (): Promise<void> => {
			if (((await store.books()).place.leaving ?? []).length === 0) return;
			const keys = await loop.aside(() => release(store, overlay.touchedBy));
			if (keys.length > 0) await tell(keys);
		},
	};
}
