import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { describe, expect, it, vi } from 'vitest';
import type { Doc } from '#sync/core/document.ts';
import { collections, type CollectionName } from '#sync/core/entity.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { partsOf } from '#sync/registry.ts';
import { forgetOldStates } from '#lib/device/browser/browser-store.ts';
import type { Documents } from '#lib/device/live/documents.ts';
import { outboxName, stateName } from '#lib/device/browser/names.ts';
import { rxSchemaOf } from '#lib/device/browser/rx-schema.ts';
import { aBooking } from '#tests/support/builders.ts';
import { ashasBike, id, kiransBike } from '#tests/support/cast.ts';
import { after } from '#tests/support/device/fakes.ts';
import { aBike } from '#tests/support/device/phone.ts';
import { aBrowserDisk, anOwner } from '#tests/support/device/browser-disk.ts';

const disk = aBrowserDisk();

const without = (doc: Doc, field: string): Doc =>
	asDoc(Object.fromEntries(Object.entries(doc).filter(([name]) => name !== field)));
const asDoc = (row: object, parts: object = {}) => ({ ...row, ...parts }) as unknown as Doc;

describe('the documents in RxDB', () => {
	it('come back as they were put, lists inside and all', async () => {
		const booking = asDoc(aBooking({ cancelReason: null }), { lines: [{ id: id('grant', 1) }] });
		await disk.store.write('bookings', [booking], []);

		expect(await disk.store.doc('bookings', booking.id)).toEqual(booking);
		expect(await disk.store.docs('bookings')).toEqual([booking]);
		await disk.reopen();
		expect(await disk.store.docs('bookings')).toEqual([booking]);
	});

	it('are replaced whole, and putting or erasing twice is doing it once', async () => {
		const before = without(aBike(), 'odometerKm');
		const later = aBike({ model: 'Dio' });

		await disk.store.write('vehicles', [before], []);
		await disk.store.write('vehicles', [later], [kiransBike]);
		await disk.store.write('vehicles', [later], [kiransBike]);
		expect(await disk.store.docs('vehicles')).toEqual([later]);
		await disk.store.write('vehicles', [before], []);
		expect(await disk.store.doc('vehicles', ashasBike)).toEqual(before);

		await disk.store.write('vehicles', [], [ashasBike]);
		await disk.store.write('vehicles', [], [ashasBike]);
		expect(await disk.store.docs('vehicles')).toEqual([]);
		expect(await disk.store.doc('vehicles', ashasBike)).toBeNull();
		await disk.store.write('vehicles', [later], []);
		expect(await disk.store.docs('vehicles')).toEqual([later]);
	});

	it('leave no trace on the disk when they go', async () => {
		const secret = asDoc(
			{ id: id('customer', 1), name: 'Asha Rao', phone: '+919812345678', mergedInto: null },
			{ createdByShopId: null, createdAt: after(0) },
		);
		await disk.store.write('people', [secret], []);
		expect(await isStored('+919812345678')).toBe(true);

		await disk.store.write('people', [], [secret.id]);

		expect(await isStored('+919812345678')).toBe(false);
		expect(await isStored(secret.id)).toBe(false);
	});

	it('leave no trace either when a clock that was fast has written them', async () => {
		vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
		await disk.store.write('people', [asDoc({ id: id('customer', 2), name: 'Kiran' })], []);
		vi.useRealTimers();

		await disk.store.write('people', [], [id('customer', 2)]);

		expect(await isStored('Kiran')).toBe(false);
	});

	it('of an older version are deleted, those of this one and the outbox are not', async () => {
		const other = anOwner();
		for (const name of [
			`rxdb-dexie-${stateName(disk.owner, schemaVersion + 1)}--0--jobs`,
			`rxdb-dexie-${stateName(other, schemaVersion + 1)}--0--jobs`,
		]) {
			const db = new Dexie(name);
			db.version(1).stores({ docs: 'id' });
			await db.open();
			db.close();
		}

		await forgetOldStates(disk.owner, schemaVersion);

		const names = await Dexie.getDatabaseNames();
		expect(names.filter((name) => name.includes(stateName(disk.owner, schemaVersion + 1)))).toEqual(
			[],
		);
		expect(names).toContain(`rxdb-dexie-${stateName(disk.owner, schemaVersion)}--0--jobs`);
		expect(names).toContain(`rxdb-dexie-${stateName(other, schemaVersion + 1)}--0--jobs`);
		expect(names).toContain(outboxName(disk.owner));
	});

	/** Whether these letters are anywhere in this person's databases. */
	async function isStored(letters: string): Promise<boolean> {
		const names = (await Dexie.getDatabaseNames()).filter((each) => each.includes(disk.owner));
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
