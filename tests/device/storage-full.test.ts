import 'fake-indexeddb/auto';
import { describe, expect, it, vi } from 'vitest';
import { StorageFull } from '#lib/device/browser/storage-full.ts';
import { aJob } from '#tests/support/builders.ts';
import type { Doc } from '#sync/core/document.ts';
import { ashasBike, id, idOf, lakshmiMotors } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { after } from '#tests/support/device/fakes.ts';
import { aBike, aPhone, bikeKey, bikeShown } from '#tests/support/device/phone.ts';
import { aBrowserDisk } from '#tests/support/device/browser-disk.ts';

const disk = aBrowserDisk();

const jobId = (n: number) => idOf(60, n);
const asDoc = (row: object, parts: object = {}) => ({ ...row, ...parts }) as unknown as Doc;

describe('a full phone', () => {
	const entry = (n: number) => ({
		...{ id: id('grant', n), name: 'bike.rename', text: '{}', enqueuedAt: after(0) },
	});
	const quota = (name: string, code = 0) => Object.assign(new Error('no room'), { name, code });
	/** The outbox can take nothing more, until so many rows were deleted to make room. */
	function full(error: Error, deletesNeeded = 99): void {
		let deletes = 0;
		const { add } = IDBObjectStore.prototype;
		vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (
			this: IDBObjectStore,
			...args
		) {
			if (this.name === 'outbox' && deletes < deletesNeeded) throw error;
			return add.apply(this, args);
		});
		const { delete: remove } = IDBObjectStore.prototype;
		vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function (
			this: IDBObjectStore,
			...args
		) {
			deletes += 1;
			return remove.apply(this, args);
		});
	}

	it.each([
		['QuotaExceededError', 22],
		['NS_ERROR_DOM_QUOTA_REACHED', 1014],
		['QUOTA_EXCEEDED_ERR', 22],
		['NS_ERROR_FILE_NO_DEVICE_SPACE', 0],
		['Error', 22],
	])('says so at once and keeps nothing (%s, %i)', async (name, code) => {
		full(quota(name, code));

		await expect(disk.store.append(entry(1))).rejects.toThrow(StorageFull);
		const books = await disk.store.books();
		expect(books.outbox).toEqual([]);
		expect(books.device.nextSeq).toBe(1);
	});

	it('forgets photos that the server has, before it gives up', async () => {
		const sha = await disk.store.photos.keep(new Blob(['a photo']));
		await disk.store.photos.mark(sha, 'uploaded');
		const waits = await disk.store.photos.keep(new Blob(['another']));
		full(quota('QuotaExceededError'), 1);

		expect(await disk.store.append(entry(1))).toMatchObject({ seq: 1 });
		expect(await disk.store.photos.find(sha)).toBeNull();
		expect(await disk.store.photos.find(waits)).toMatchObject({ state: 'waiting' });
	});

	it('then forgets visits that ended over a week ago, but none that work speaks of', async () => {
		const visit = (n: number, daysAgo: number, status = 'closed') =>
			asDoc({
				...{ id: id('booking', n), status, endAt: after(-daysAgo * 86_400_000) },
				...{ shopId: lakshmiMotors, customerId: id('customer', 1), vehicleId: ashasBike },
				startAt: after(-daysAgo * 86_400_000),
			});
		const job = (n: number) =>
			asDoc({ ...aJob(), id: jobId(n), bookingId: id('booking', n) }, { assignments: [] });
		await disk.store.write(
			'bookings',
			[visit(1, 8), visit(2, 6), visit(3, 9), visit(4, 9, 'received')],
			[],
		);
		await disk.store.write('jobs', [job(1), job(2), job(3)], []);
		await disk.store.append({ ...entry(1), text: `{"jobId":"${jobId(3)}"}` });
		await disk.store.change(({ place }) => ({ place: { ...place, syncedAt: after(0) } }));
		full(quota('QuotaExceededError'));

		await expect(disk.store.append(entry(2))).rejects.toThrow(StorageFull);
		const left = (await disk.store.docs('bookings')).map((each) => each.id).sort();
		expect(left).toEqual([2, 3, 4].map((n) => id('booking', n)));
		expect((await disk.store.docs('jobs')).map((each) => each.id).sort()).toEqual(
			[2, 3].map((n) => jobId(n)),
		);
	});

	it('is not what any other failure is taken for', async () => {
		full(quota('DataError'));
		await expect(disk.store.append(entry(1))).rejects.not.toThrow(StorageFull);
	});

	it('shows nothing that was not written', async () => {
		const authority = new Authority();
		authority.put(bikeKey, aBike());
		const { device } = await aPhone(authority, { store: disk.store });
		await device.sync();
		full(quota('QuotaExceededError'));

		const rename = { vehicleId: ashasBike, add: '!' };
		await expect(device.perform('bike.rename', rename)).rejects.toThrow(StorageFull);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa' });
		expect(device.pending()).toEqual([]);
		await device.stop();
	});
});
