import type { MangoQuery } from 'rxdb/plugins/core';
import type { Doc } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { browserPorts, connect, newId } from './browser-ports.ts';
import { forgetOldStates, openBrowserStore, type BrowserStore } from './browser-store.ts';
import { browserId } from './credentials.ts';
import { createDevice, type Device } from './device.ts';
import { createLiveQuery, type LiveQuery } from './live-query.ts';
import { startLiveStream } from './live-stream.ts';
import { actorOf, type Me } from './me.ts';
import { liveLockName, syncLockName } from './names.ts';

/** A person's device in this browser, awake: it listens, and wakes when the tab does. */
export type BrowserDevice = {
	readonly owner: string;
	readonly device: Device;
	readonly store: BrowserStore;
	/** A query over this device's documents that shows pending work. */
	readonly queries: <D extends Doc>(
		collection: CollectionName,
		query: MangoQuery<D>,
	) => LiveQuery<D>;
	/** Ends everything it does in this tab. `forget` deletes what the server can tell again. */
	readonly close: (forget?: 'forget') => Promise<void>;
};

export async function openBrowserDevice(me: () => Me, build: string): Promise<BrowserDevice> {
	const owner = me().user.id;
	const ports = browserPorts(owner);
	const store = await openBrowserStore(owner, schemaVersion, newId());
	const device = createDevice({
		...ports,
		store,
		actor: () => actorOf(me()),
		browserId: browserId(newId),
		build,
		lockName: syncLockName(owner),
	});
	await device.ready;
	const stream = startLiveStream({
		ports,
		lockName: liveLockName(owner),
		connect,
		heads: (heads) => void syncIfBehind(store, device, heads).catch(ports.report),
	});
	const stopWaking = wakeWithTab(device.wake);
	void forgetOldStates(owner, schemaVersion).catch(ports.report);
	device.wake();

	return {
		owner,
		device,
		store,
		queries: (collection, query) =>
			createLiveQuery(store.collections[collection], query, () => device.touched(collection)),
		close: async (forget) => {
			stopWaking();
			stream.stop();
			await device.stop();
			ports.close();
			if (forget) await store.forgetState();
			await store.close();
		},
	};
}

/** The stream speaks, so there is network: what waits for it can go, and what is new can come. */
async function syncIfBehind(
	store: BrowserStore,
	device: Device,
	heads: Readonly<Record<string, number>>,
): Promise<void> {
	const { place, outbox } = await store.books();
	const behind = Object.entries(heads).some(([scope, head]) => head > (place.cursors[scope] ?? 0));
	const unsent = outbox.some((row) => row.ack === null);
	if (behind || unsent) device.wake();
}

/** A phone that was in a pocket missed pokes: it asks as soon as somebody looks at it again. */
function wakeWithTab(wake: () => void): () => void {
	const seen = () => {
		if (document.visibilityState === 'visible') wake();
	};
	document.addEventListener('visibilitychange', seen);
	document.addEventListener('resume', wake);
	window.addEventListener('online', wake);
	return () => {
		document.removeEventListener('visibilitychange', seen);
		document.removeEventListener('resume', wake);
		window.removeEventListener('online', wake);
	};
}
