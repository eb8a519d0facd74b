import type { Actor } from '#sync/core/actor.ts';
import type { Doc, DocKey } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import type { AnyMutator } from '#sync/core/mutator.ts';
import type { Refusal } from '#sync/core/rejection.ts';
import type { Instant } from '#sync/core/time.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { mutatorNamed as registered } from '#sync/registry.ts';
import { housekeepingOf } from './housekeeping.ts';
import { createMutex } from './mutex.ts';
import type { Layer } from './layers.ts';
import { leaseOf, Stopped } from './lease.ts';
import { createOverlay } from './overlay.ts';
import type { Confirmed } from './fold.ts';
import type { Ports, SyncStatus, TabMessage } from './ports.ts';
import { createRefresh, createWatchers } from './refresh.ts';
import type { Sight } from './seen.ts';
import type { DeviceStore, HistoryEntry, Subject } from './store.ts';
import { createSyncLoop } from './sync-loop.ts';
import { createTaps, type Performed } from './taps.ts';

/** One person's phone: what it shows, what it is asked to do, and how it keeps up with the server. */
export type Device = {
	/** The outbox of an earlier start is laid over the documents; everything else waits for this. */
	readonly ready: Promise<void>;
	/** Does one thing: shows it at once, keeps it durably, sends it when it can. */
	readonly perform: (name: string, args: unknown) => Promise<Performed>;
	/** Every document of a collection, pending work included. */
	readonly documents: (collection: CollectionName) => Promise<readonly Doc[]>;
	/** The documents that pending work touches, as it leaves them. */
	readonly touched: (collection: CollectionName) => ReadonlyMap<string, Doc>;
	/** Told after anything changed: documents, pending work or the network. Answers how to stop. */
	readonly watch: (changed: () => void) => () => void;
	readonly sync: () => Promise<void>;
	/** The same without waiting. */
	readonly wake: () => void;
	readonly status: () => SyncStatus;
	/** Work that is not settled yet, in the order it was done. */
	readonly pending: () => readonly PendingWork[];
	/** What became of earlier work, newest first. */
	readonly history: (rowsMax: number) => Promise<readonly HistoryEntry[]>;
	/**
	 * Takes back what has not been sent; false if it is on its way or was answered. What the author did
	 * on top of it stays, and may be impossible now.
	 */
	readonly withdraw: (mutationId: string) => Promise<boolean>;
	/** A visit was really on a visible screen: its other side is told, best effort. */
	readonly see: (sight: Sight) => void;
	/** No stream comes through: asks with patience instead; or not any more. */
	readonly poll: (on: boolean) => void;
	/**
	 * Takes the customers of visits that ended long ago off a worker's phone. `now` is the phone's own
	 * time; what is known of its error is taken off.
	 */
	readonly sweep: (now: Instant) => Promise<void>;
	/** A refusal was read and needs nobody any more. */
	readonly dismiss: (mutationId: string) => Promise<void>;
	/** Resolves when it does not use the store any more; what is on its way is forgotten. */
	readonly stop: () => Promise<void>;
};

export type PendingWork = {
	readonly id: string;
	readonly seq: number;
	readonly name: string;
	readonly args: unknown;
	readonly kind: 'report' | 'request';
	/** `accepted`: the server said yes, its data is on the way. */
	readonly status: 'queued' | 'sending' | 'accepted';
	readonly enqueuedAt: Instant;
	/** As far as this phone knows, the rules say no: the server decides. */
	readonly doubt: Refusal | null;
	/** Ids of documents that it concerns. */
	readonly about: ReadonlySet<string>;
	/** The visit in the words that its author saw. */
	readonly subject?: Subject;
};

export type DeviceOptions = Ports & {
	readonly store: DeviceStore;
	/** Who acts: roles as last known. */
	readonly actor: () => Actor;
	/** The browser's own id, whoever signs in. */
	readonly browserId: string;
	readonly build: string;
	readonly lockName: string;
	/** Whether somebody may be looking at this tab; always, if nobody says. */
	readonly isVisible?: () => boolean;
	readonly mutatorNamed?: (name: string) => AnyMutator | null;
};

export function createDevice(options: DeviceOptions): Device {
	const { store, ports, end } = leased(options);
	const { channel, report } = ports;
	const mutatorNamed = options.mutatorNamed ?? registered;
	const serial = createMutex();
	const { watch, changed } = createWatchers();
	const confirmed = confirmedIn(store);
	const { breathe, actor } = options;
	const overlay = createOverlay({ confirmed, mutatorNamed, actor, report, breathe });
	const { refresh, clock } = createRefresh(store, overlay, serial, changed);
	const loop = createSyncLoop({
		...options,
		...{ store, ports },
		isVisible: options.isVisible ?? (() => true),
		touched: overlay.touchedBy,
		applied: refresh,
		statusChanged: changed,
	});
	const ready = serial(() => open(store)).then(() => refresh([]));
	const stopListening = channel.listen((message: TabMessage) => {
		if (message.kind === 'status') return loop.hear(message.status);
		loop.giveWay();
		refresh(message.keys).catch(report);
	});
	/** Tells this tab and the others what changed on this phone. */
	const tell = async (keys: readonly DocKey[]) => {
		await refresh(keys);
		channel.post({ kind: 'changed', keys });
	};
	const { sweep, tidy } = housekeepingOf({ store, overlay, loop, clock, actor, tell });
	ready.then(tidy).catch(report);

	const parts = { ports, store, overlay, loop, mutatorNamed, serial, clock };
	const taps = createTaps({ ...parts, changed, tell });

	return {
		ready,
		perform: (name, args) => ready.then(() => taps.perform(name, args)),
		documents: (collection) => ready.then(() => overlay.view.docs(collection)),
		touched: overlay.touched,
		watch,
		sync: () => ready.then(loop.sync),
		wake: () => void ready.then(loop.wake, report),
		status: loop.status,
		pending: () => pendingWork(overlay.layers(), loop.status(), mutatorNamed),
		history: (rowsMax) => store.history(rowsMax),
		withdraw: (mutationId) => ready.then(() => taps.withdraw(mutationId)),
		see: loop.see,
		poll: loop.poll,
		sweep: (now) => ready.then(() => sweep(now)),
		dismiss: (mutationId) => store.dismiss(mutationId).then(changed),
		stop: async () => {
			stopListening();
			await loop.stop();
			await serial(() => Promise.resolve());
			await end();
		},
	};
}

/** Whoever still wants something of a device that has stopped has nothing to report. */
function leased(options: DeviceOptions) {
	const { store, end } = leaseOf(options.store);
	const report = (error: unknown) => {
		if (!(error instanceof Stopped)) options.report(error);
	};
	return { store, end, ports: { ...options, report } };
}

const confirmedIn = (store: DeviceStore): Confirmed => ({
	doc: ({ collection, id }) => store.doc(collection, id),
	docs: (collection, ids) => store.docs(collection, ids),
});

/**
 * Documents of another shape than this build's are of no use: all is read again. Nothing is written
 * if nothing has to be: a phone without room must still open.
 */
async function open(store: DeviceStore): Promise<void> {
	if ((await store.books()).place.schema === schemaVersion) return;
	await store.change(({ place }) => ({
		place: { ...place, schema: schemaVersion, cursors: {}, refetching: false },
	}));
}

function pendingWork(
	layers: readonly Layer[],
	{ sending }: SyncStatus,
	mutatorNamed: (name: string) => AnyMutator | null,
): readonly PendingWork[] {
	return layers.map(({ row, mutation, refusal, about }) => {
		const unanswered = sending.includes(row.seq) ? 'sending' : 'queued';
		return {
			id: row.id,
			seq: row.seq,
			name: row.name,
			args: mutation.args,
			kind: mutatorNamed(row.name)?.kind ?? 'request',
			status: row.ack === null ? unanswered : 'accepted',
			enqueuedAt: row.enqueuedAt,
			doubt: row.ack === null ? refusal : null,
			about,
			...(row.subject === undefined ? {} : { subject: row.subject }),
		};
	});
}
