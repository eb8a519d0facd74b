import { Dexie, type PromiseExtended } from 'dexie';
import {
	keptBrowserId,
	putBrowserId,
	readBooks,
	readMeta,
	writeChange,
	type KeptPhoto,
	type Tables,
} from '#lib/device/browser/books-tables.ts';
import { hashed } from '#lib/device/browser/browser-crypto.ts';
import type { Http } from '#lib/device/sync/http.ts';
import type { BooksStore } from '#lib/device/browser/outbox-database.ts';
import { boxesOf, dropBox, fillBox, openBox } from './sealed-box.ts';
import { ownDevices, sealKeyOf } from './seal-key.ts';
import type { Books, BooksChange, HistoryEntry, OutboxRow } from '#lib/device/sync/store.ts';

const keyKey = 'sealKey';

/** A key, and the device that the server gives it out for: the box bears that one's name. */
type SealKey = { readonly deviceId: string; readonly key: string };

/** The whole books, as they lie in the box; photos that wait are parts of their own. */
type Contents = Books & {
	/** The browser's id that the server knows the device with. */
	readonly browserId?: string | undefined;
	readonly history: readonly HistoryEntry[];
	readonly photos: readonly Pick<KeptPhoto, 'sha' | 'type'>[];
};

/**
 * The key of the device that this phone is now, as the server knows it now: it may have been restored
 * since. Without network the one that was fetched before, for the device that it is of.
 */
export async function sealKey(tables: Tables, http: Http): Promise<SealKey | null> {
	return (await fetchSealKey(tables, http)) ?? (await keptSealKey(tables));
}

export const keptSealKey = async ({ meta }: Tables): Promise<SealKey | null> =>
	((await meta.get(keyKey))?.value as SealKey | undefined) ?? null;

async function fetchSealKey(tables: Tables, http: Http): Promise<SealKey | null> {
	const { device } = await readMeta(tables);
	const key = await sealKeyOf(http, device.id);
	if (key === null) return null;
	const value: SealKey = { deviceId: device.id, key };
	await tables.meta.put({ key: keyKey, value });
	return value;
}

/**
 * Has the key on the phone before it is needed: fetched once in each start, and again whenever this
 * phone or the server became another. What failed is tried again after the next answer.
 */
export function keepsSealKey(tables: Tables, http: Http): () => Promise<void> {
	let fetchedFor = '';
	let triedAt: string | null = null;
	return async () => {
		const { device, place } = await readMeta(tables);
		const wanted = `${device.id} ${place.install} ${place.era}`;
		if (wanted === fetchedFor || place.syncedAt === triedAt) return;
		triedAt = place.syncedAt;
		if ((await fetchSealKey(tables, http)) !== null) fetchedFor = wanted;
	};
}

/** Puts all that a person's books hold into the sealed box. They may be deleted afterwards. */
export async function seal(
	owner: string,
	tables: Tables,
	{ deviceId, key }: SealKey,
): Promise<void> {
	const books = await readBooks(tables);
	const browserId = await keptBrowserId(tables);
	const history = await tables.history.toArray();
	const photos = await tables.photos.where('state').equals('waiting').toArray();
	const contents: Contents = {
		...{ ...books, browserId, history, photos: photos.map(({ sha, type }) => ({ sha, type })) },
		place: { ...books.place, cursors: {}, refetching: false },
	};
	const text = new TextEncoder().encode(JSON.stringify(contents));
	const parts = [text, ...photos.map(({ bytes }) => bytes)];
	await fillBox({ owner, deviceId, key }, parts);
}

/**
 * The same person is back on this phone: what he left comes back into his books. A box that cannot be
 * opened now, because the server is not reached or knows another key, stays for the next time, and
 * keeps nobody from his phone. Doing it twice, after a crash in between, is doing it once.
 */
export async function unseal(
	owner: string,
	books: BooksStore,
	http: Http,
	report: (error: unknown) => void,
): Promise<void> {
	const left = await boxesOf(owner);
	if (left.length === 0) return;
	const devices = await ownDevices(http);
	const revoked = new Set(devices.filter((each) => each.revokedAt !== null).map(({ id }) => id));
	for (const { id: deviceId } of devices) {
		if (!left.includes(await hashed(deviceId))) continue;
		const key = await sealKeyOf(http, deviceId);
		if (key === null) continue;
		await takeOut({ owner, deviceId, key }, books, revoked).catch(report);
	}
}

async function takeOut(
	box: SealKey & { readonly owner: string },
	books: BooksStore,
	revoked: ReadonlySet<string>,
): Promise<void> {
	const [text, ...bytes] = await openBox(box);
	const contents = JSON.parse(new TextDecoder().decode(text)) as Contents;
	const mayGoOn = !revoked.has(contents.device.id);
	await books.withRoom(() => putBack(books.tables, contents, bytes, mayGoOn));
	await dropBox(box.owner, box.deviceId);
}

/** A device that was signed off, or is another by now, does not go on: its work gets new numbers. */
async function putBack(
	tables: Tables,
	contents: Contents,
	bytes: readonly Uint8Array<ArrayBuffer>[],
	mayGoOn: boolean,
): Promise<void> {
	const { db, outbox, history, meta, photos } = tables;
	await db.transaction('rw', [outbox, history, meta, photos], () =>
		readBooks(tables).then((present) =>
			history
				.toCollection()
				.primaryKeys()
				.then((ended) => {
					const known = new Set([...ended, ...present.outbox.map(({ id }) => id)]);
					const waiting = contents.photos.map(({ sha, type }, n): KeptPhoto => ({
						...{ sha, type, bytes: bytes[n] ?? new Uint8Array() },
						state: 'waiting',
					}));
					const writes: PromiseExtended<unknown>[] = [
						history.bulkAdd(contents.history.filter(({ id }) => !known.has(id))),
						photos.bulkPut(waiting),
					];
					const change = changeOf(contents, present, known, mayGoOn);
					const { browserId } = contents;
					if (browserId !== undefined && change.device?.id === contents.device.id)
						writes.push(putBrowserId(tables, browserId));
					return Dexie.Promise.all<unknown>([...writes, writeChange(tables, present, change)]);
				}),
		),
	);
}

/**
 * Books that nobody has used go on as they were left. Else the rows come behind what is there, under
 * the numbers of this device, and what the books had not learned of the server yet is known from
 * then. Rows of another data set mean nothing to this server: they end, where their author can read it.
 */
function changeOf(
	contents: Contents,
	present: Books,
	known: ReadonlySet<string>,
	mayGoOn: boolean,
): BooksChange {
	const { place, device, clock, lost, outbox } = contents;
	const isUnsynced = present.place.install === null;
	const isUntouched = isUnsynced && present.device.nextSeq === 1;
	if (isUntouched && mayGoOn) return { outbox, place, device, clock, lost };
	const rows = outbox.filter(({ id }) => !known.has(id));
	const isForeign = !isUnsynced && place.install !== present.place.install;
	if (isForeign && place.install !== null)
		return { ended: rows.map((row) => dropped(row, contents)) };
	const { id, nextSeq } = present.device;
	return {
		outbox: [
			...present.outbox,
			...rows.map((row, n): OutboxRow => ({ ...row, seq: nextSeq + n, ack: null })),
		],
		device: { id, nextSeq: nextSeq + rows.length },
		place: isUnsynced ? place : { ...present.place, parked: parkedInBoth(present, contents) },
		lost: present.lost ?? lost,
	};
}

/** What waits at the server for a verdict is asked about on. */
const parkedInBoth = (...both: readonly Books[]): readonly string[] => [
	...new Set(both.flatMap(({ place }) => place.parked ?? [])),
];

function dropped({ ack: _, ...row }: OutboxRow, { device, place }: Contents): HistoryEntry {
	return {
		...row,
		deviceId: device.id,
		status: 'dropped',
		refusal: null,
		extras: null,
		endedAt: place.syncedAt ?? row.enqueuedAt,
		dismissed: false,
	};
}
