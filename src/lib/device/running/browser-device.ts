import type { MangoQuery } from 'rxdb/plugins/core';
import type { Doc } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { mutatorNamed } from '#sync/registry.ts';
import { keptBrowserId, putBrowserId } from '#lib/device/browser/books-tables.ts';
import { http } from '#lib/device/browser/browser-http.ts';
import { browserPorts, connect, newId } from '#lib/device/browser/browser-ports.ts';
import {
	forgetOldStates,
	openBrowserStore,
	type BrowserStore,
} from '#lib/device/browser/browser-store.ts';
import { concernedBy } from '#lib/device/sync/concerned.ts';
import { startChores, unsentIn } from '#lib/device/sync/chores.ts';
import { browserId } from '#lib/device/browser/credentials.ts';
import { createDevice, type Device } from '#lib/device/sync/device.ts';
import { ownerMark, readKept, writeKept } from '#lib/device/browser/kept-cookie.ts';
import { createLiveQuery, type LiveQuery } from '#lib/device/browser/live-query.ts';
import { startLiveStream } from '#lib/device/sync/live-stream.ts';
import { actorOf, type Me } from '#lib/device/browser/me.ts';
import { needsAuthor, type Remembered } from '#lib/device/sync/marks.ts';
import {
	liveLockName,
	onThisPhone,
	openLockName,
	photosLockName,
	syncLockName,
} from '#lib/device/browser/names.ts';
import { mayUploadHere } from '#lib/device/photos/photo-network.ts';
import { createPhotoUploader, type PhotoUploader } from '#lib/device/photos/photo-uploader.ts';
import type { Ports } from '#lib/device/sync/ports.ts';
import { report } from '#lib/device/browser/report.ts';
import { safeKeepingOf, type SafeKeeping } from '#lib/device/sealing/safe-keeping.ts';
import { keepsSealKey, unseal } from '#lib/device/sealing/seal.ts';
import { historyRowsMax, type HistoryEntry } from '#lib/device/sync/store.ts';

/** A person's device in this browser, awake: it listens, and wakes when the tab does. */
export type BrowserDevice = SafeKeeping & {
	readonly owner: string;
	readonly device: Device;
	readonly store: BrowserStore;
	/**
	 * What became of earlier work, newest first, with what it was about: so many, and whatever is older
	 * and still needs its author.
	 */
	readonly remembered: (rowsMax: number) => Promise<readonly Remembered[]>;
	/** A query over this device's documents that shows pending work. */
	readonly queries: <D extends Doc>(
		collection: CollectionName,
		query: MangoQuery<D>,
	) => LiveQuery<D>;
	/** Tries to send all that waits, photos last, by whatever network there is. */
	readonly sendAll: () => Promise<void>;
	/** Stops working, for good; what it holds can still be read and sealed. */
	readonly rest: () => Promise<void>;
	/** Ends everything it does in this tab. */
	readonly close: () => Promise<void>;
};

export async function openBrowserDevice(me: () => Me, build: string): Promise<BrowserDevice> {
	const owner = me().user.id;
	const kept = onThisPhone(owner);
	const ports = browserPorts(kept);
	// Two tabs that start at once must not take each other's half-made databases for a loss.
	const store = await ports.locks(openLockName(kept), () => open(kept));
	const browser = await browserOf(store, ports.report);
	await noticeLoss(kept, store);
	const device = createDevice({
		...ports,
		store,
		actor: () => actorOf(me()),
		browserId: browser,
		build,
		lockName: syncLockName(kept),
		isVisible,
	});
	await device.ready;
	let resting = false;
	/** What reads a database while that is closed under it fails, and is not missed. */
	const failed = (error: unknown) => {
		if (!resting) ports.report(error);
	};
	const stops = startWork(kept, browser, { ...ports, report: failed }, store, device);
	const concerned = concernedBy(mutatorNamed);
	device.sweep(ports.clock.now()).catch(failed);
	device.wake();

	const rest = async () => {
		resting = true;
		for (const stop of stops.splice(0)) stop();
		await device.stop();
		ports.close();
	};
	return {
		owner,
		device,
		store,
		remembered: async (rowsMax) =>
			(await newestAndOpen(device, rowsMax)).map((entry) => ({
				...entry,
				about: concerned(entry),
			})),
		queries: (collection, query) =>
			createLiveQuery(store.collections[collection], query, () => device.touched(collection)),
		...safeKeepingOf(kept, store),
		sendAll: async () => {
			await device.sync();
			await sendPhotos(uploaderOf(kept, ports, store, () => unsentIn(device) === 0));
		},
		rest,
		close: async () => {
			await rest();
			await store.close();
		},
	};
}

/** What needs its author is not buried under what came later, however much that was. */
async function newestAndOpen(device: Device, rowsMax: number): Promise<readonly HistoryEntry[]> {
	const newest = await device.history(rowsMax);
	if (newest.length < rowsMax) return newest;
	const all = await device.history(historyRowsMax);
	return all.filter((entry, index) => index < rowsMax || needsAuthor(entry));
}

const open = (kept: string): Promise<BrowserStore> =>
	openBrowserStore(kept, schemaVersion, newId(), (books) =>
		unseal(kept, books, http, report).catch(report),
	);

/**
 * The server knows a device of one browser only, so the books remember of which: a browser that is
 * killed early forgets the rest of what it wrote, and they do not.
 */
async function browserOf(
	{ tables }: BrowserStore,
	failed: (error: unknown) => void,
): Promise<string> {
	const kept = await keptBrowserId(tables);
	const known = browserId(() => kept ?? readKept()?.browserId ?? newId());
	if (kept !== undefined) return kept;
	await putBrowserId(tables, known).catch(failed); // A phone without room must still open.
	return known;
}

const uploaderOf = (
	kept: string,
	ports: Ports,
	{ photos }: BrowserStore,
	isTime: () => boolean,
): PhotoUploader =>
	createPhotoUploader({ photos, ports, http, lockName: photosLockName(kept), isTime });

/** Once: whoever waits for it decides what to do when it fails. */
const sendPhotos = ({ upload, stop }: PhotoUploader): Promise<void> => upload().finally(stop);

/** Books that were just made, for somebody of whom the cookie says that he had some. */
async function noticeLoss(kept: string, store: BrowserStore): Promise<void> {
	const cookie = readKept();
	if (!store.isNew || cookie === null || cookie.owner !== (await ownerMark(kept))) return;
	if ((await store.books()).place.install !== null) return; // They came out of the sealed box.
	await store.change(() => ({ lost: { count: cookie.unsent, lastContact: null } }));
}

/** Everything that goes on beside the device, and how to end each. */
function startWork(
	kept: string,
	browser: string,
	ports: Ports,
	store: BrowserStore,
	device: Device,
): (() => void)[] {
	const stream = startLiveStream({
		ports,
		lockName: liveLockName(kept),
		connect,
		isVisible,
		heads: (heads) => void syncIfBehind(store, device, heads).catch(ports.report),
		poll: device.poll,
		turnedAway: device.wake,
	});
	const isTime = () => unsentIn(device) === 0 && mayUploadHere();
	const uploader = uploaderOf(kept, ports, store, isTime);
	const rememberUnsent = async (unsent: number) => {
		const mark = await ownerMark(kept);
		if (mark !== null) writeKept({ browserId: browser, owner: mark, unsent });
	};
	const stopChores = startChores({
		device,
		unsentIs: rememberUnsent,
		afterFirstSync: [() => forgetOldStates(kept, schemaVersion)],
		whenOnline: keepsSealKey(store.tables, http),
		whenLevel: uploader.upload,
		report: ports.report,
	});
	const stopHurry = onAnswer(device, stream.hurry);
	return [stopChores, stopHurry, uploader.stop, stream.stop, wakeWithTab(device.wake)];
}

/** Whichever tab the server has answered: it can be reached. */
function onAnswer(device: Device, answered: () => void): () => void {
	let last = device.status().syncedAt;
	return device.watch(() => {
		const { syncedAt } = device.status();
		if (syncedAt !== last) answered();
		last = syncedAt;
	});
}

const isVisible = (): boolean => document.visibilityState === 'visible';

/** The stream speaks, so there is network: what waits for it can go, and what is new can come. */
async function syncIfBehind(
	store: BrowserStore,
	device: Device,
	heads: Readonly<Record<string, number>>,
): Promise<void> {
	const { place } = await store.meta();
	const behind = Object.entries(heads).some(([scope, head]) => head > (place.cursors[scope] ?? 0));
	const unsent = unsentIn(device) > 0;
	if (behind || unsent || device.status().network === 'offline') device.wake();
}

/** A phone that was in a pocket missed pokes: it asks as soon as somebody looks at it again. */
function wakeWithTab(wake: () => void): () => void {
	const seen = () => {
		if (isVisible()) wake();
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
