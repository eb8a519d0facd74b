import type { DocKey } from '#sync/core/document.ts';
import type { Instant } from '#sync/core/time.ts';
import type { BrowserDevice } from '#lib/device/running/browser-device.ts';
import { report } from '#lib/device/browser/report.ts';
import { coalesced } from '#lib/device/sync/coalesced.ts';
import type { PendingWork } from '#lib/device/sync/device.ts';
import { inUse, whenOpen } from '#lib/device/running/in-use.svelte.ts';
import { keepWork, recallWork, type Work } from './last-look.ts';
import { markFor, needsAuthor, type Mark, type Remembered } from '#lib/device/sync/marks.ts';
import type { NetworkState, SyncStatus } from '#lib/device/sync/ports.ts';
import type { Sight } from '#lib/device/sync/seen.ts';
import { session } from '#lib/device/session/session.svelte.ts';

/** Actions that the activity page shows, and that marks look at. */
const historyShown = 200;

type Snapshot = Work & {
	readonly status: SyncStatus;
	/** The phone has looked up what it remembers. */
	readonly ready: boolean;
};
const nothing: Snapshot = {
	status: { network: 'unknown', sending: [], syncedAt: null, outdated: false },
	pending: [],
	history: [],
	ready: false,
};

/** Null until the database has been asked: then what was shown at the last look is shown. */
let asked = $state.raw<Snapshot | null>(null);
const last: Snapshot = $derived.by(() => {
	const owner = session.me?.user.id;
	return { ...nothing, ...(owner === undefined ? null : recallWork(owner)) };
});
const shown: Snapshot = $derived(asked ?? last);
/** When the server had answered last before this start. */
let syncedBefore = $state.raw<Instant | null>(null);

/** How this phone stands with the server: what the pill, the marks and the activity page show. */
export const syncState = {
	/** Mutations that the server has not answered yet. */
	get waiting(): number {
		return shown.pending.filter((each) => each.status !== 'accepted').length;
	},
	/** Judged by the last request, not by what the browser believes. */
	get offline(): boolean {
		return shown.status.network === 'offline';
	},
	get network(): NetworkState {
		return shown.status.network;
	},
	/** The server's time at its last answer, be it before this start. */
	get syncedAt(): Instant | null {
		return shown.status.syncedAt ?? syncedBefore;
	},
	/** The documents of this app are of a shape that the server does not tell any more. */
	get outdated(): boolean {
		return shown.status.outdated;
	},
	/** By the phone's clock: since when the oldest waits that the server has not answered. */
	get oldestAt(): Instant | null {
		const unsent = shown.pending.filter(({ status }) => status !== 'accepted');
		return unsent.reduce<Instant | null>(
			(oldest, { enqueuedAt }) => (oldest && oldest < enqueuedAt ? oldest : enqueuedAt),
			null,
		);
	},
	get ready(): boolean {
		return shown.ready;
	},
	/** Work that ended otherwise than its author believes, and that he has not read yet. */
	get needsYou(): readonly Remembered[] {
		return shown.history.filter(needsAuthor);
	},
	get pending(): readonly PendingWork[] {
		return shown.pending;
	},
	/** What became of earlier work, newest first. */
	get history(): readonly Remembered[] {
		return shown.history;
	},
};

/**
 * What to say beside a document about the last thing done to it here; null: nothing. `seenAt`: when
 * the other side of the visit last looked at it.
 */
export const markOf = (key: Pick<DocKey, 'id'>, seenAt: Instant | null = null): Mark | null =>
	markFor(key.id, shown.pending, shown.history, seenAt);

/** The author has read why it was refused. */
export async function dismiss(mutationId: string): Promise<void> {
	await (await whenOpen())?.device.dismiss(mutationId);
}

/** Takes back what nobody has seen yet; false when it was on its way already. */
export const withdraw = async (mutationId: string): Promise<boolean> =>
	(await (await whenOpen())?.device.withdraw(mutationId)) ?? false;

/** Does once more what did not get through, as a new action; the old one is settled by that. */
export async function doAgain({ id, name, text }: Remembered): Promise<void> {
	const open = await whenOpen();
	if (!open) return;
	await open.device.perform(name, (JSON.parse(text) as { readonly args: unknown }).args);
	await open.device.dismiss(id);
}

let told: readonly string[] = [];

/** Lets the other side know, once for each state of a visit. Best effort, kept nowhere. */
export function see(sight: Sight): void {
	const open = inUse.device;
	const key = Object.values(sight).join();
	if (!open || told.includes(key)) return;
	told = [...told, key];
	open.device.see(sight);
}

/** Called once by the root layout: follows the device that is in use. */
export function followSyncState(): void {
	$effect(() => {
		const open = inUse.device;
		asked = null;
		syncedBefore = null;
		told = [];
		if (open) return follow(open);
	});
}

function follow({ owner, device, store, remembered }: BrowserDevice): () => void {
	let stopped = false;
	const refresh = coalesced(async () => {
		if (stopped) return;
		const history = await remembered(historyShown);
		if (stopped) return;
		asked = { status: device.status(), pending: device.pending(), history, ready: true };
		keepWork(owner, asked, syncState.syncedAt);
	});
	const ask = () => {
		refresh().catch((error: unknown) => {
			if (!stopped) report(error);
		});
	};
	const stop = device.watch(ask);
	store.books().then(({ place }) => {
		if (!stopped) syncedBefore = place.syncedAt;
	}, report);
	ask();
	return () => {
		stopped = true;
		stop();
	};
}
