import { describe, expect, it, vi } from 'vitest';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { ashasBike } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { mortal } from '#tests/support/device/kill.ts';
import { quiet } from '#tests/support/device/fakes.ts';
import { aBike, aDisk, aPhone, bikeKey, bikeShown } from '#tests/support/device/phone.ts';

const offline = new SendFailure('offline');
const rename = (add: string) => ['bike.rename', { vehicleId: ashasBike, add }] as const;

/**
 * Two phones with the same disk, as one is copied to a second: both have read the server, and have
 * this work in the outbox. The network is away.
 */
async function copiedPhones(unsent: readonly string[] = []) {
	const authority = new Authority();
	authority.put(bikeKey, aBike());
	const first = await aPhone(authority, { number: 1 });
	await first.device.perform(...rename('1'));
	await first.device.sync();
	authority.failure = offline;
	for (const add of unsent) await first.device.perform(...rename(add));
	const { device, place, outbox } = await first.store.books();
	const second = aDisk().open();
	await second.write('vehicles', await first.store.docs('vehicles'), []);
	await second.change(() => ({ device, place, outbox }));
	return {
		...{ authority, first, second, copy: await aPhone(authority, { store: second, number: 2 }) },
		online: async () => {
			await quiet();
			authority.failure = null;
		},
	};
}

describe('a phone whose numbers another phone uses too', () => {
	it('goes on under a new id, loses nothing and does nothing twice', async () => {
		const { authority, first, copy, online } = await copiedPhones();
		for (const add of ['a', 'b']) await first.device.perform(...rename(add));
		for (const add of ['x', 'y', 'z']) await copy.device.perform(...rename(add));
		await online();

		await first.device.sync();
		await copy.device.sync();
		await first.device.sync();

		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa1abxyz' });
		for (const { device } of [first, copy]) {
			expect(device.pending()).toEqual([]);
			expect(await bikeShown(device)).toMatchObject({ model: 'Activa1abxyz' });
		}
		const [one, other] = [await first.store.books(), await copy.store.books()];
		expect(one.device.id).not.toBe(other.device.id);
		expect(other.device.nextSeq).toBe(4);
	});

	it('settles what the same answer had taken, and sends only the rest again', async () => {
		const { authority, first, copy, online } = await copiedPhones(['a']);
		await copy.device.perform(...rename('x'));
		await first.device.perform(...rename('b'));
		await online();

		await first.device.sync();
		await copy.device.sync();

		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa1abx' });
		expect(authority.performed.map(({ seq }) => seq)).toEqual([1, 2, 3, 1]);
		expect(copy.device.pending()).toEqual([]);
	});

	it('keeps accepted work on the screen until its data has come', async () => {
		const { authority, first, copy, online } = await copiedPhones(['a']);
		await copy.device.perform(...rename('x'));
		await first.device.perform(...rename('b'));
		await online();
		await first.device.sync();
		const { send } = authority;
		vi.spyOn(authority, 'send').mockImplementationOnce(async (request) => {
			const answer = await send(request);
			return { ...answer, docs: {}, cursors: request.cursors };
		});
		const seen: string[] = [];
		copy.device.watch(() => {
			void bikeShown(copy.device).then((bike) => seen.push(String(bike?.model)));
		});

		await copy.device.sync();

		expect(new Set(seen)).toEqual(new Set(['Activa1ax', 'Activa1abx']));
		expect(authority.requests.at(-1)?.mutations.map(({ seq }) => seq)).toEqual([1]);
		expect(copy.device.pending()).toEqual([]);
	});

	it('comes through it whenever it dies on the way', async () => {
		for (let diesAt = 1; ; diesAt += 1) {
			const { authority, first, copy, second, online } = await copiedPhones();
			await first.device.perform(...rename('a'));
			await copy.device.perform(...rename('x'));
			await online();
			await first.device.sync();
			await copy.device.stop();
			const process = mortal(second, diesAt, 'after');
			const dying = aPhone(authority, { store: process.store, number: 3 });
			await Promise.race([dying.then(({ device }) => device.sync()), quiet()]);
			const lived = !process.dead();

			const again = await aPhone(authority, { store: second, number: 4 });
			await again.device.sync();
			expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa1ax' });
			expect(again.device.pending()).toEqual([]);
			if (lived) return expect(diesAt).toBeGreaterThan(3);
		}
	});
});

describe('a phone that has become another', () => {
	it('gives a restored server also what it had taken under the former numbers of this phone', async () => {
		const authority = new Authority();
		authority.put(bikeKey, aBike());
		const restore = authority.backup();
		const first = await aPhone(authority, { number: 1 });
		await first.device.perform(...rename('1'));
		await first.device.perform(...rename('2'));
		await first.device.sync();
		const { device, place, outbox } = await first.store.books();
		const second = aDisk().open();
		await second.write('vehicles', await first.store.docs('vehicles'), []);
		await second.change(() => ({ device, place, outbox }));
		authority.failure = offline;
		const copy = await aPhone(authority, { store: second, number: 2 });
		await copy.device.perform(...rename('x'));
		await first.device.perform(...rename('3'));
		await quiet();
		authority.failure = null;
		await copy.device.sync();
		await first.device.sync(); // Forked: goes on under another id.
		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa12x3' });

		restore(); // The other phone lies in a drawer.
		await first.device.sync();
		expect((authority.doc(bikeKey) as unknown as { model: string }).model).toContain('12');
	});

	for (const verdict of ['forked', 'stale'] as const)
		it(`leaves a server in peace that says ${verdict} again and again`, async () => {
			const authority = new Authority();
			authority.put(bikeKey, aBike());
			const { device } = await aPhone(authority);
			await device.sync();
			authority.failure = offline;
			await device.perform(...rename('x'));
			await quiet();
			authority.failure = null;
			authority.deaf = verdict === 'forked';
			authority.extra = { [verdict]: true };
			authority.requests.length = 0;

			await device.sync();

			expect(authority.requests.length).toBeLessThan(5);
			expect(device.status().network).toBe('offline');
		});
});
