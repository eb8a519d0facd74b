import { describe, expect, it } from 'vitest';
import { SendFailure } from '#lib/device/sync/ports.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';
import { addMinutes } from '#sync/core/time.ts';
import { ashasBike, id, kiransBike } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { mortal } from '#tests/support/device/kill.ts';
import { quiet } from '#tests/support/device/fakes.ts';
import { aBike, aDisk, aPhone, bikeKey, bikeShown } from '#tests/support/device/phone.ts';

const rename = (add: string) => ['bike.rename', { vehicleId: ashasBike, add }] as const;
const kirans = { collection: 'vehicles', id: kiransBike } as const;
const offline = new SendFailure('offline');

async function aSyncedPhone(options: { store?: DeviceStore } = {}) {
	const authority = new Authority();
	authority.put(bikeKey, aBike());
	const phone = await aPhone(authority, options);
	await phone.device.perform(...rename('1'));
	await phone.device.sync();
	return { authority, ...phone };
}

describe('a server with another data set', () => {
	it('makes the phone forget documents and unsent work, and say so in the history', async () => {
		const { authority, device, store } = await aSyncedPhone();
		authority.failure = offline;
		const unsent = await device.perform(...rename('2'));
		const before = (await store.books()).device;

		authority.failure = null;
		authority.reset();
		authority.put(kirans, aBike({ id: kiransBike }));
		await device.sync();

		expect((await device.documents('vehicles')).map((each) => each.id)).toEqual([kiransBike]);
		expect(device.pending()).toEqual([]);
		expect(await device.history(9)).toContainEqual(
			expect.objectContaining({ id: unsent.mutationId, status: 'dropped', dismissed: false }),
		);
		expect(authority.performed).toHaveLength(1);
		expect((await store.books()).device).toMatchObject({ nextSeq: 1 });
		expect((await store.books()).device.id).not.toBe(before.id);

		await device.perform('bike.rename', { vehicleId: kiransBike, add: '!' });
		await device.sync();
		expect(await bikeShown(device, kiransBike)).toMatchObject({ model: 'Activa!' });
	});

	it('is taken over whole, whenever the phone dies on the way', async () => {
		for (let diesAt = 1; ; diesAt += 1) {
			const disk = aDisk();
			const { authority, device } = await aSyncedPhone({ store: disk.open() });
			await device.stop();
			authority.reset();
			authority.put(kirans, aBike({ id: kiransBike }));
			const process = mortal(disk.open(), diesAt, 'after');
			const dying = aPhone(authority, { store: process.store }).then((phone) =>
				phone.device.sync(),
			);
			await Promise.race([dying, quiet()]);
			const lived = !process.dead();

			const again = await aPhone(authority, { store: disk.open(), number: 2 });
			await again.device.sync();
			expect((await again.device.documents('vehicles')).map((each) => each.id)).toEqual([
				kiransBike,
			]);
			if (lived) return expect(diesAt).toBeGreaterThan(4);
		}
	});
});

describe('a server restored from a backup', () => {
	it('is given back what it had acknowledged, in order, before anything new', async () => {
		const { authority, device } = await aSyncedPhone();
		const restore = authority.backup();
		await device.perform(...rename('2'));
		await device.perform(...rename('3'));
		await device.sync();
		expect(device.pending()).toEqual([]);

		restore();
		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa1' });
		await device.perform(...rename('4'));
		await device.sync();

		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa1234' });
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa1234' });
		expect(device.pending()).toEqual([]);
		expect(await device.history(9)).toHaveLength(4);
	});

	it('is given it back also when nothing new was done', async () => {
		const { authority, device } = await aSyncedPhone();
		const restore = authority.backup();
		await device.perform(...rename('2'));
		await device.sync();

		restore();
		await device.sync();

		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa12' });
	});

	it('makes the phone read everything again, and show the old until it is replaced', async () => {
		const { authority, device, store } = await aSyncedPhone();
		const restore = authority.backup();
		for (let n = 1; n <= 5; n += 1)
			authority.put(
				{ collection: 'vehicles', id: id('vehicle', 80 + n) },
				aBike({ id: id('vehicle', 80 + n) }),
			);
		await device.sync();
		restore();
		authority.put(kirans, aBike({ id: kiransBike }));
		authority.pageMax = 1;
		const counts = new Set<number>();
		device.watch(() => void device.documents('vehicles').then((docs) => counts.add(docs.length)));

		await device.sync();

		const ids = (await device.documents('vehicles')).map((each) => each.id).sort();
		expect(ids).toEqual([ashasBike, kiransBike].sort());
		expect([...counts].some((count) => count >= 6)).toBe(true);
		expect(counts.has(0)).toBe(false);
		expect((await store.books()).place).toMatchObject({ refetching: false, era: 2 });
	});

	it('leaves no ghost behind when the phone dies while it reads everything again', async () => {
		const ghost = { collection: 'vehicles', id: id('vehicle', 77) } as const;
		for (let diesAt = 1; ; diesAt += 1) {
			const disk = aDisk();
			const { authority, device } = await aSyncedPhone({ store: disk.open() });
			const restore = authority.backup();
			authority.put(ghost, aBike({ id: ghost.id }));
			await device.sync();
			await device.stop();
			restore();
			authority.put(kirans, aBike({ id: kiransBike }));
			authority.pageMax = 1;
			const process = mortal(disk.open(), diesAt, 'after');
			const dying = aPhone(authority, { store: process.store }).then((phone) =>
				phone.device.sync(),
			);
			await Promise.race([dying, quiet()]);
			const lived = !process.dead();

			const again = await aPhone(authority, { store: disk.open(), number: 2 });
			await again.device.sync();
			const ids = (await again.device.documents('vehicles')).map((each) => each.id).sort();
			expect(ids).toEqual([ashasBike, kiransBike].sort());
			if (lived) return expect(diesAt).toBeGreaterThan(5);
		}
	});

	it('is given what it forgot of a copied phone, though another copy has used those numbers since', async () => {
		const disk = aDisk();
		const { authority, device } = await aSyncedPhone({ store: disk.open() });
		const restore = authority.backup();
		const copied = disk.copy();
		await device.perform(...rename('2'));
		await device.sync();
		const copy = await aPhone(authority, { store: copied.open(), number: 2 });
		authority.failure = offline;
		await copy.device.perform(...rename('3'));

		authority.failure = null;
		restore();
		await copy.device.sync();
		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa13' });
		await device.sync();

		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa132' });
		expect(device.pending()).toEqual([]);
	});

	it('is asked again about all, and what has ended as before is no news', async () => {
		const { authority, device, store } = await aSyncedPhone();
		const [first] = await store.history(9);
		authority.backup()();
		authority.now = addMinutes(authority.now, 60);

		await device.sync();

		expect(authority.requests.flatMap(({ mutations }) => mutations)).toHaveLength(2);
		expect(await store.history(9)).toEqual([first]);
		expect((await store.books()).outbox).toEqual([]);
	});

	it('that forgot more than the phone remembers meets a new device', async () => {
		const { authority, device, store } = await aSyncedPhone();
		const restore = authority.backup();
		for (const add of ['2', '3']) await device.perform(...rename(add));
		await device.sync();
		const { history } = { history: await store.history(9) };
		const second = history.find((each) => each.seq === 2);
		await store.change(() => ({ reoffered: [String(second?.id)] })); // Too old to be kept.
		const before = (await store.books()).device.id;

		restore();
		await device.perform(...rename('4'));
		await device.sync();

		expect((await store.books()).device.id).not.toBe(before);
		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa134' });
		expect(device.pending()).toEqual([]);
	});
});

describe('a scope', () => {
	it('that is dropped takes its documents and its counter along', async () => {
		const authority = new Authority();
		authority.followed = ['customer:1', 'catalog:9'];
		authority.scopesOf = ({ id }) => (id === kiransBike ? ['catalog:9'] : ['customer:1']);
		authority.put(bikeKey, aBike());
		authority.put(kirans, aBike({ id: kiransBike }));
		const { device, store } = await aPhone(authority);
		await device.sync();
		expect(await device.documents('vehicles')).toHaveLength(2);

		authority.put(kirans, null);
		await device.sync();
		authority.followed = ['customer:1'];
		await device.sync();

		expect((await device.documents('vehicles')).map((each) => each.id)).toEqual([ashasBike]);
		expect(Object.keys((await store.books()).place.cursors)).toEqual(['customer:1']);
	});

	it('that is new is read from its beginning, the others go on', async () => {
		const authority = new Authority();
		authority.scopesOf = ({ id }) => (id === kiransBike ? ['catalog:9'] : ['customer:1']);
		authority.put(bikeKey, aBike());
		authority.put(kirans, aBike({ id: kiransBike }));
		const { device } = await aPhone(authority);
		await device.sync();

		authority.followed = ['customer:1', 'catalog:9'];
		await device.sync();

		expect(await device.documents('vehicles')).toHaveLength(2);
		expect(authority.requests.at(-1)?.cursors).toEqual({ 'customer:1': 1 });
	});
});
