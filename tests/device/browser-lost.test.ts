import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { beforeEach, describe, expect, it } from 'vitest';
import { outboxName } from '#lib/device/browser/names.ts';
import { id } from '#tests/support/cast.ts';
import { after } from '#tests/support/device/fakes.ts';
import { aBike } from '#tests/support/device/phone.ts';
import { aBrowserDisk, anOwner, openFor } from '#tests/support/device/browser-disk.ts';

const disk = aBrowserDisk();

describe('a browser that lost', () => {
	const cursors = { 'customer:1': 4 };
	beforeEach(async () => {
		await disk.store.append({
			...{ id: id('grant', 1), name: 'bike.rename', text: '{}', enqueuedAt: after(0) },
		});
		await disk.store.change(({ place }) => ({ place: { ...place, cursors } }));
		await disk.store.write('vehicles', [aBike()], []);
	});
	const databases = async (part: string) =>
		(await Dexie.getDatabaseNames()).filter(
			(name) => name.includes(part) && name.includes(disk.owner),
		);
	async function lose(names: readonly string[]): Promise<void> {
		expect(names.length).toBeGreaterThan(0);
		await disk.reopen(async () => {
			for (const name of names) await Dexie.delete(name);
		});
	}
	const known = async () => (await disk.store.books()).place.cursors;

	it('nothing reads on where it was', async () => {
		await disk.reopen();
		expect(await known()).toEqual(cursors);
		expect(await disk.store.docs('vehicles')).toHaveLength(1);
	});

	it('its documents reads them all again, and keeps its work', async () => {
		await lose(await databases('rxdb-dexie-'));
		expect(await known()).toEqual({});
		expect((await disk.store.books()).outbox).toHaveLength(1);
		expect(disk.store.isNew).toBe(false);
	});

	it.each(['--bookings', '--_rxdb_internal'])('one of them (%s) reads all again', async (part) => {
		await lose(await databases(part));
		expect(await known()).toEqual({});
		expect(await disk.store.docs('vehicles')).toEqual([]);
	});

	it('its books does not show documents that nothing would ever renew', async () => {
		await lose([outboxName(disk.owner)]);
		expect(disk.store.isNew).toBe(true);
		expect(await known()).toEqual({});
		expect(await disk.store.docs('vehicles')).toEqual([]);
	});

	it('everything starts as a new one', async () => {
		await lose(await databases(''));
		expect(disk.store.isNew).toBe(true);
		expect(await known()).toEqual({});
		await disk.reopen();
		expect(disk.store.isNew).toBe(false);
	});
});

describe('the books', () => {
	it('keep what was lost until that is read, and whatever else a row carries', async () => {
		const lost = { count: 3, lastContact: null };
		const subject = { code: 'Q7RK2M', plate: 'KA51HB0011' };
		await disk.store.append({
			...{ id: id('grant', 1), name: 'bike.rename', text: '{}', enqueuedAt: after(0), subject },
		});
		await disk.store.change(({ outbox }) => ({
			lost,
			outbox: outbox.map((row) => ({ ...row, withdrawn: true })),
		}));
		await disk.reopen();

		expect((await disk.store.books()).lost).toEqual(lost);
		expect((await disk.store.books()).outbox).toMatchObject([{ subject, withdrawn: true }]);
		await disk.store.change(() => ({ lost: null }));
		expect((await disk.store.books()).lost).toBeNull();
	});

	it('of the first version of the app are read, and only added to', async () => {
		const before = anOwner();
		const old = new Dexie(outboxName(before));
		old.version(1).stores({ outbox: 'seq', history: 'id, endedAt', meta: 'key' });
		await old.open();
		const row = {
			seq: 1,
			id: id('grant', 1),
			name: 'x',
			text: '{}',
			enqueuedAt: after(0),
			ack: null,
		};
		await old.table('outbox').add(row);
		const place = { schema: 1, install: null, era: null, cursors: {}, refetching: false };
		await old.table('meta').bulkAdd([
			{ key: 'device', value: { id: id('device', 7), nextSeq: 2 } },
			{ key: 'place', value: { ...place, syncedAt: null } },
			{ key: 'clock', value: null },
		]);
		old.close();

		const opened = await openFor(before);
		expect(await opened.books()).toMatchObject({
			device: { nextSeq: 2 },
			outbox: [row],
			lost: null,
		});
		expect(await opened.photos.waiting()).toBe(0);
		await opened.close();
	});
});
