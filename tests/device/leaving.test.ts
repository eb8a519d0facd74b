import { describe, expect, it } from 'vitest';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { addMs } from '#sync/core/time.ts';
import { asha, lakshmi, monday, ravi } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { mortal } from '#tests/support/device/kill.ts';
import { quiet } from '#tests/support/device/fakes.ts';
import { aBike, aDisk, aPhone, bikeKey } from '#tests/support/device/phone.ts';
import {
	aPhoneWithVisit,
	ashasKey,
	asWorkerSees,
	bookingKey,
	jobKey,
	theBooking,
	theJob,
} from '#tests/support/device/visit.ts';

const visit = [bookingKey, jobKey, bikeKey] as const;
const dayMs = 86_400_000;

describe('a visit that leaves while work on it waits', () => {
	it('stays until that work is settled, and then goes', async () => {
		const { device, store, clockOn, authority, hear, online } = await aPhoneWithVisit();
		const { mutationId } = await clockOn();
		for (const key of visit) authority.put(key, null);
		await hear();

		expect(await store.doc('jobs', jobKey.id)).not.toBeNull();
		expect(await store.doc('bookings', bookingKey.id)).not.toBeNull();
		expect(device.pending()).toMatchObject([{ doubt: null }]);

		authority.deaf = false;
		await online();
		expect(await device.history(1)).toMatchObject([{ id: mutationId, refusal: 'not_found' }]);
		for (const { collection } of [bookingKey, jobKey])
			expect(await store.docs(collection)).toEqual([]);
		expect((await store.books()).place.leaving).toEqual([]);
	});

	it('is not removed any more when it came back meanwhile', async () => {
		const { store, clockOn, authority, hear, online } = await aPhoneWithVisit();
		await clockOn();
		authority.put(jobKey, null);
		await hear();
		authority.put(jobKey, theJob());
		await hear();
		authority.deaf = false;

		await online();

		expect(await store.doc('jobs', jobKey.id)).not.toBeNull();
		expect((await store.books()).place.leaving).toEqual([]);
	});

	it('stays as well when everything is read again and it is not there', async () => {
		const { store, clockOn, authority, hear, online, device } = await aPhoneWithVisit();
		await clockOn();
		const restore = authority.backup();
		restore();
		authority.put(jobKey, null);
		await hear();
		expect(await store.doc('jobs', jobKey.id)).not.toBeNull();

		authority.deaf = false;
		await online();
		expect(await store.doc('jobs', jobKey.id)).toBeNull();
		expect(device.pending()).toEqual([]);
	});

	it('goes at once when nothing waits', async () => {
		const { store, authority, online } = await aPhoneWithVisit();
		authority.put(jobKey, null);
		await online();
		expect(await store.doc('jobs', jobKey.id)).toBeNull();
	});

	it('loses nothing and leaves nothing behind, whenever the phone dies on the way', async () => {
		for (let diesAt = 1; ; diesAt += 1) {
			const { store, device, clockOn, authority } = await aPhoneWithVisit();
			await clockOn();
			await quiet();
			await device.stop();
			for (const key of visit) authority.put(key, null);
			authority.failure = null;
			authority.deaf = true;
			const process = mortal(store, diesAt, 'after');
			const dying = aPhone(authority, { store: process.store, number: 2 }).then(async (phone) => {
				await phone.device.sync();
				authority.deaf = false;
				await phone.device.sync();
			});
			await Promise.race([dying, quiet()]);
			const lived = !process.dead();
			authority.deaf = false;

			const again = await aPhone(authority, { store, number: 3 });
			await again.device.sync();
			expect(authority.performed.map(({ name }) => name)).toEqual(['clock.start']);
			expect(again.device.pending()).toEqual([]);
			expect(await store.docs('jobs')).toEqual([]);
			expect(await store.docs('bookings')).toEqual([]);
			if (lived) return expect(diesAt).toBeGreaterThan(4);
		}
	});

	it('is removed at the next start without network, if the phone died before it was', async () => {
		const { store, device } = await aPhoneWithVisit();
		await device.stop();
		await store.change(({ place }) => ({ place: { ...place, leaving: [jobKey] } }));
		const authority = new Authority();
		authority.failure = new SendFailure('offline');

		const again = await aPhone(authority, { store, number: 2 });
		await quiet();

		expect(await again.device.documents('jobs')).toEqual([]);
		expect((await store.books()).place.leaving).toEqual([]);
	});
});

/** A worker's phone on which the visit ended so long ago. */
async function afterVisit(over: object, actor = ravi) {
	const authority = new Authority();
	authority.put(bikeKey, aBike());
	authority.put(ashasKey, asWorkerSees());
	authority.put(bookingKey, theBooking(over));
	authority.put(jobKey, theJob());
	const phone = await aPhone(authority, { actor, store: aDisk().open() });
	await phone.device.sync();
	authority.failure = new SendFailure('offline');
	return { ...phone, people: () => phone.device.documents('people') };
}

describe('a phone without network', () => {
	const closed = { status: 'closed', closedAt: monday };

	it('forgets the customer a day after his visit ended', async () => {
		const { device, people } = await afterVisit(closed);

		await device.sweep(addMs(monday, dayMs - 1));
		expect(await people()).toHaveLength(1);

		await device.sweep(addMs(monday, dayMs + 1));
		expect(await people()).toEqual([]);
		expect(await device.documents('bookings')).toHaveLength(1);
	});

	it.each([
		['cancelled', { status: 'cancelled', cancelledAt: monday }],
		['missed', { status: 'no_show', endAt: monday }],
	])('forgets the customer of a visit that was %s', async (_how, over) => {
		const { device, people } = await afterVisit(over);
		await device.sweep(addMs(monday, dayMs + 1));
		expect(await people()).toEqual([]);
	});

	it('keeps the customer of a bike that still stands there', async () => {
		const { device, people } = await afterVisit({ status: 'received', receivedAt: monday });
		await device.sweep(addMs(monday, 30 * dayMs));
		expect(await people()).toHaveLength(1);
	});

	it('judges by the time of the server as far as it was measured', async () => {
		const { device, store, people } = await afterVisit(closed);
		await store.change(() => ({ clock: { offsetMs: -2 * dayMs, errorMs: 0 } }));
		const again = await aPhone(new Authority(), { actor: ravi, store, number: 2 });

		await again.device.sweep(addMs(monday, 2 * dayMs));
		expect(await people()).toHaveLength(1);
		await again.device.sweep(addMs(monday, 3 * dayMs + 1));
		expect(await store.docs('people')).toEqual([]);
		await device.stop();
	});

	it('keeps the customer for the owner, and himself for himself', async () => {
		for (const actor of [lakshmi, asha]) {
			const { device, people } = await afterVisit(closed, actor);
			await device.sweep(addMs(monday, 9 * dayMs));
			expect(await people()).toHaveLength(1);
		}
	});

	it('keeps whom unsent work refers to', async () => {
		const { device, people } = await afterVisit(closed, ravi);
		await device.perform('bike.count', { customerId: ashasKey.id });
		await device.sweep(addMs(monday, 9 * dayMs));
		expect(await people()).toHaveLength(1);
	});
});
