import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Doc } from '#sync/core/document.ts';
import { collections, type CollectionName } from '#sync/core/entity.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { partsOf } from '#sync/registry.ts';
import {
	forgetOldStates,
	openBrowserStore,
	type BrowserStore,
} from '#lib/device/browser/browser-store.ts';
import type { Documents } from '#lib/device/live/documents.ts';
import { outboxName, stateName } from '#lib/device/browser/names.ts';
import { rxSchemaOf } from '#lib/device/browser/rx-schema.ts';
import { aBooking } from '#tests/support/builders.ts';
import { ashasBike, id, kiransBike } from '#tests/support/cast.ts';
import { after } from '#tests/support/device/fakes.ts';
import { aBike } from '#tests/support/device/phone.ts';

let owners = 0;
const anOwner = () => id('user', 500 + (owners += 1));
const openFor = (owner: string) => openBrowserStore(owner, schemaVersion, id('device', 1));

let store: BrowserStore;
let owner: string;
beforeEach(async () => {
	vi.spyOn(console, 'warn').mockReturnValue(undefined); // RxDB introduces itself once.
	owner = anOwner();
	store = await openFor(owner);
});
afterEach(() => store.close());
afterAll(async () => {
	for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
});

const without = (doc: Doc, field: string): Doc =>
	asDoc(Object.fromEntries(Object.entries(doc).filter(([name]) => name !== field)));
const asDoc = (row: object, parts: object = {}) => ({ ...row, ...parts }) as unknown as Doc;
const reopen = async () => {
	await store.close();
	store = await openFor(owner);
};

describe('the documents in RxDB', () => {
	it('come back as they were put, lists inside and all', async () => {
		const booking = asDoc(aBooking({ cancelReason: null }), { lines: [{ id: id('grant', 1) }] });
		await store.write('bookings', [booking], []);

		expect(await store.doc('bookings', booking.id)).toEqual(booking);
		expect(await store.docs('bookings')).toEqual([booking]);
		await reopen();
		expect(await store.docs('bookings')).toEqual([booking]);
	});

	it('are replaced whole, and putting or erasing twice is doing it once', async () => {
		const before = without(aBike(), 'odometerKm');
		const later = aBike({ model: 'Dio' });

		await store.write('vehicles', [before], []);
		await store.write('vehicles', [later], [kiransBike]);
		await store.write('vehicles', [later], [kiransBike]);
		expect(await store.docs('vehicles')).toEqual([later]);
		await store.write('vehicles', [before], []);
		expect(await store.doc('vehicles', ashasBike)).toEqual(before);

		await store.write('vehicles', [], [ashasBike]);
		await store.write('vehicles', [], [ashasBike]);
		expect(await store.docs('vehicles')).toEqual([]);
		expect(await store.doc('vehicles', ashasBike)).toBeNull();
		await store.write('vehicles', [later], []);
		expect(await store.docs('vehicles')).toEqual([later]);
	});

	it('leave no trace on the disk when they go', async () => {
		const secret = asDoc(
			{ id: id('customer', 1), name: 'Asha Rao', phone: '+919812345678', mergedInto: null },
			{ createdByShopId: null, createdAt: after(0) },
		);
		await store.write('people', [secret], []);
		expect(await isStored('+919812345678')).toBe(true);

		await store.write('people', [], [secret.id]);

		expect(await isStored('+919812345678')).toBe(false);
		expect(await isStored(secret.id)).toBe(false);
	});

	it('leave no trace either when a clock that was fast has written them', async () => {
		vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
		await store.write('people', [asDoc({ id: id('customer', 2), name: 'Kiran' })], []);
		vi.useRealTimers();

		await store.write('people', [], [id('customer', 2)]);

		expect(await isStored('Kiran')).toBe(false);
	});

	it('of an older version are deleted, those of this one and the outbox are not', async () => {
		const other = anOwner();
		for (const name of [
			`rxdb-dexie-${stateName(owner, schemaVersion + 1)}--0--jobs`,
			`rxdb-dexie-${stateName(other, schemaVersion + 1)}--0--jobs`,
		]) {
			const db = new Dexie(name);
			db.version(1).stores({ docs: 'id' });
			await db.open();
			db.close();
		}

		await forgetOldStates(owner, schemaVersion);

		const names = await Dexie.getDatabaseNames();
		expect(names.filter((name) => name.includes(stateName(owner, schemaVersion + 1)))).toEqual([]);
		expect(names).toContain(`rxdb-dexie-${stateName(owner, schemaVersion)}--0--jobs`);
		expect(names).toContain(`rxdb-dexie-${stateName(other, schemaVersion + 1)}--0--jobs`);
		expect(names).toContain(outboxName(owner));
	});

	/** Whether these letters are anywhere in this person's databases. */
	async function isStored(letters: string): Promise<boolean> {
		const names = (await Dexie.getDatabaseNames()).filter((each) => each.includes(owner));
		// Where there is no BroadcastChannel, RxDB's tabs talk through a database. Browsers have one.
		for (const name of names.filter((each) => /^(rxdb-dexie|moto-out)-/.test(each))) {
			const db = await new Dexie(name).open();
			const rows = await Promise.all(db.tables.map((table) => table.toArray()));
			db.close();
			if (JSON.stringify(rows).includes(letters)) return true;
		}
		return false;
	}
});

describe('the schemas of the collections', () => {
	it('name every list that pages are told of', () => {
		type Lists<C extends CollectionName> = {
			[K in keyof Documents[C]]: Documents[C][K] extends readonly { id: string }[] ? K : never;
		}[keyof Documents[C]];
		const told = {
			shops: ['hours', 'prices', 'services', 'shifts', 'workers'],
			people: [],
			vehicles: [],
			bookings: ['lines', 'readMarks'],
			jobs: ['assignments', 'clocks', 'offers'],
			notices: [],
		} satisfies { [C in CollectionName]: Lists<C>[] };

		for (const collection of collections) {
			const lists = partsOf(collection).map((part) => part.home?.inside?.list);
			expect(lists.sort(), collection).toEqual(told[collection]);
			expect(Object.keys(rxSchemaOf(collection).properties)).toEqual(expect.arrayContaining(lists));
		}
	});

	it('index only what every document has', () => {
		for (const collection of collections) {
			const { indexes = [], required = [] } = rxSchemaOf(collection);
			for (const name of indexes.flat()) expect(required, collection).toContain(name);
		}
	});
});
