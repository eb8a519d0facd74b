import { flushSync } from 'svelte';
import { live } from '#lib/device/live/queries.svelte.ts';
import { followSyncState } from '#lib/device/live/sync-state.svelte.ts';

export type Page = ReturnType<typeof aPage>;

/** What a page with a list of bikes, and the layout around it, would show. */
export function aPage() {
	let bikes: ReturnType<typeof live<'vehicles'>> | null = null;
	const close = $effect.root(() => {
		followSyncState();
		bikes = live('vehicles', { sort: [{ registrationNumber: 'asc' }] });
	});
	flushSync();
	const shown = () => bikes ?? { rows: [], ready: false };
	return {
		bikes: shown,
		plates: () => shown().rows.map((row) => row.registrationNumber),
		close,
	};
}
