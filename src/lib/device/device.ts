import type { Actor } from '#sync/core/actor.ts';
import type { Doc, DocKey } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import type { AnyMutator } from '#sync/core/mutator.ts';
import { Rejection, type Refusal } from '#sync/core/rejection.ts';
import type { Instant } from '#sync/core/time.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { mutatorNamed as registered } from '#sync/registry.ts';
import { createMutex } from './mutex.ts';
import { draftOf, firstIds, freeze, thaw, type Draft } from './outbox.ts';
import { createOverlay, type Layer, type Overlay } from './overlay.ts';
import type { View } from './overlay-store.ts';
import type { Ports, SyncStatus, TabMessage } from './ports.ts';
import type { DeviceStore, HistoryEntry } from './store.ts';
import { createSyncLoop } from './sync-loop.ts';

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
	/** A refusal was read and needs nobody any more. */
	readonly dismiss: (mutationId: string) => Promise<void>;
	/** Resolves when it does not use the store any more; what is on its way is forgotten. */
	readonly stop: () => Promise<void>;
};

/** `newIds`: the first ids that the mutation makes, the same here and on the server. */
export type Performed = { readonly mutationId: string; readonly newIds: readonly string[] };

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
};

export type DeviceOptions = Ports & {
	readonly store: DeviceStore;
	/** Who acts: roles as last known. */
	readonly actor: () => Actor;
	/** The browser's own id, whoever signs in. */
	readonly browserId: string;
	readonly build: string;
	readonly lockName: string;
	readonly mutatorNamed?: (name: string) => AnyMutator | null;
};

export function createDevice(options: DeviceOptions): Device {
	const { store, channel, report } = options;
	const mutatorNamed = options.mutatorNamed ?? registered;
	const serial = createMutex();
	const { watch, changed } = createWatchers();
	const confirmed = confirmedIn(store);
	const overlay = createOverlay({ confirmed, mutatorNamed, actor: options.actor, report });
	const refresh = createRefresh(store, overlay, serial, changed);
	const loop = createSyncLoop({
		...options,
		ports: options,
		applied: refresh,
		statusChanged: changed,
	});
	const ready = serial(() => open(store)).then(() => refresh([]));
	const stopListening = channel.listen((message: TabMessage) => {
		if (message.kind === 'status') loop.hear(message.status);
		else refresh(message.keys).catch(report);
	});

	async function perform(name: string, args: unknown): Promise<Performed> {
		await ready;
		const mutator = mutatorNamed(name);
		if (mutator === null) throw new Error(`there is no mutator ${name}`);
		if (mutator.offline === 'refuse') await requireNetwork(loop);
		const draft = await serial(async () => {
			const mine = draftOf(mutator, args, options, (await store.books()).clock);
			await enqueue(store, overlay, mine);
			return mine;
		});
		changed();
		channel.post({ kind: 'changed', keys: [] });
		loop.wake();
		return { mutationId: draft.id, newIds: firstIds(draft) };
	}

	return {
		ready,
		perform,
		documents: (collection) => ready.then(() => overlay.view.docs(collection)),
		touched: overlay.touched,
		watch,
		sync: () => ready.then(loop.sync),
		wake: () => void ready.then(loop.wake, report),
		status: loop.status,
		pending: () => pendingWork(overlay.layers(), loop.status(), mutatorNamed),
		history: (rowsMax) => store.history(rowsMax),
		dismiss: (mutationId) => store.dismiss(mutationId).then(changed),
		stop: async () => {
			stopListening();
			await loop.stop();
			await serial(() => Promise.resolve());
		},
	};
}

const confirmedIn = (store: DeviceStore): View => ({
	doc: ({ collection, id }) => store.doc(collection, id),
	docs: (collection) => store.docs(collection),
});

function createWatchers() {
	const watchers = new Set<() => void>();
	return {
		changed: () => watchers.forEach((watcher) => watcher()),
		watch: (watcher: () => void) => {
			watchers.add(watcher);
			return () => void watchers.delete(watcher);
		},
	};
}

/** Documents of another shape than this build's are of no use: all is read again. */
const open = (store: DeviceStore): Promise<void> =>
	store.change(({ place }) =>
		place.schema === schemaVersion
			? {}
			: { place: { ...place, schema: schemaVersion, cursors: {}, refetching: false } },
	);

/**
 * Brings the overlay up to date with the store. Calls that come while one waits for its turn are
 * answered by that one: ten pages in a row fold once or twice, not ten times.
 */
function createRefresh(
	store: DeviceStore,
	overlay: Overlay,
	serial: <T>(work: () => Promise<T>) => Promise<T>,
	changed: () => void,
): (keys: readonly DocKey[]) => Promise<void> {
	let keysWaiting: DocKey[] = [];
	let waiting: Promise<void> | null = null;
	return (keys) => {
		keysWaiting.push(...keys);
		waiting ??= serial(async () => {
			const moved = keysWaiting;
			keysWaiting = [];
			waiting = null;
			await overlay.reconcile((await store.books()).outbox, moved);
		}).then(changed);
		return waiting;
	};
}

/** Runs it, makes it durable, and only then shows it: what cannot be kept is never shown. */
async function enqueue(store: DeviceStore, overlay: Overlay, draft: Draft): Promise<void> {
	const run = await overlay.run(draft);
	const entry = freeze(draft, run.base, dependenciesOf(draft, run, overlay.layers()));
	const row = await store.append(entry);
	const mutation = thaw(row.text);
	overlay.show({ ...run, row, mutation });
}

/** Mutations that one may depend on; older ones have long been answered. */
const dependenciesMax = 100;

/**
 * Unanswered work that this one builds on: which wrote a document that this one read or wrote, or
 * makes something that its arguments name. If it is refused, a request that came after it is too.
 */
function dependenciesOf(
	draft: Draft,
	run: Pick<Layer, 'reads' | 'writes'>,
	layers: readonly Layer[],
): readonly string[] {
	const touched = new Set([...run.reads.gets.keys(), ...run.writes.keys()]);
	const named = JSON.stringify(draft.args);
	const before = layers.filter(({ row, writes, mutation }) => {
		if (row.ack !== null) return false;
		const makes = firstIds(mutation);
		return (
			[...writes.keys()].some((key) => touched.has(key)) || makes.some((id) => named.includes(id))
		);
	});
	return before.map(({ row }) => row.id).slice(-dependenciesMax);
}

/** What was offline a minute ago may be back: one try decides, not what was seen last. */
async function requireNetwork(loop: Pick<ReturnType<typeof createSyncLoop>, 'sync' | 'status'>) {
	if (loop.status().network !== 'online') await loop.sync();
	if (loop.status().network !== 'online') throw new Rejection('needs_network');
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
		};
	});
}
