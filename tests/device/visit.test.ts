import { describe, expect, it } from 'vitest';
import { ashasBike, id } from '#tests/support/cast.ts';
import { tomorrow } from '#tests/support/builders.ts';
import { aboutVisit, differencesFrom } from '#lib/device/sync/visit.ts';
import {
	aPhoneWithVisit,
	bookingKey,
	jobKey,
	theBooking,
	theJob,
} from '#tests/support/device/visit.ts';

const later = '2026-11-24T11:30:00.000Z';

describe('what an action was about', () => {
	it('is kept with it, in the words that were on the screen', async () => {
		const { device, clockOn, authority, online } = await aPhoneWithVisit();
		await clockOn();
		const subject = {
			bookingId: bookingKey.id,
			code: 'K7M2QX',
			plate: 'KA51HB0011',
			startAt: tomorrow,
		};
		expect(device.pending()).toMatchObject([{ subject }]);

		for (const key of [bookingKey, jobKey]) authority.put(key, null);
		await online();
		await device.sync();

		expect(await device.documents('bookings')).toEqual([]);
		expect(await device.history(1)).toMatchObject([{ subject }]);
	});

	it('is told of a request by what it asks for, and by the booking that it makes', async () => {
		const about = await aboutVisit(
			{
				name: 'booking.request',
				args: { vehicleId: ashasBike, startAt: later },
				newIds: [id('booking', 7)],
				...{ written: [], read: [] },
			},
			async ({ collection }) =>
				collection === 'vehicles' ? { id: ashasBike, registrationNumber: 'KA51HB0011' } : null,
		);

		expect(about).toEqual({
			subject: { bookingId: id('booking', 7), plate: 'KA51HB0011', startAt: later },
		});
	});

	it('is nothing where nobody can know it', async () => {
		const deed = { name: 'bill.pay', args: {}, newIds: [], written: [], read: [] };
		expect(await aboutVisit(deed, async () => null)).toEqual({});
	});

	it('is still known of work that a restored server forgot', async () => {
		const { device, clockOn, authority, online } = await aPhoneWithVisit();
		await clockOn();
		const restore = authority.backup();
		await online();
		restore();
		await device.sync();

		expect(await device.history(1)).toMatchObject([{ subject: { code: 'K7M2QX' } }]);
	});
});

describe('work that came out otherwise than shown', () => {
	it('says what is different, if somebody else moved the visit meanwhile', async () => {
		const { device, clockOn, authority, online } = await aPhoneWithVisit();
		await clockOn();
		authority.put(bookingKey, theBooking({ startAt: later, lines: [] }));
		authority.put(jobKey, theJob({ workerId: id('worker', 2) }));

		await online();

		expect(await device.history(1)).toMatchObject([
			{
				status: 'applied',
				differences: [
					{ field: 'startAt', before: tomorrow, after: later },
					{ field: 'workerId', before: id('worker', 1), after: id('worker', 2) },
					{ field: 'totalPaise', before: 53_100, after: 0 },
				],
			},
		]);
	});

	it('says nothing if it came out as shown', async () => {
		const { device, clockOn, online } = await aPhoneWithVisit();
		await clockOn();
		await online();

		expect((await device.history(1))[0]).not.toHaveProperty('differences');
	});

	it('says it once, of the last thing done to the visit', async () => {
		const { device, clockOn, authority, online } = await aPhoneWithVisit();
		await clockOn();
		await clockOn();
		authority.put(bookingKey, theBooking({ startAt: later }));

		await online();

		const [last, first] = await device.history(2);
		expect(last?.differences).toHaveLength(1);
		expect(first).not.toHaveProperty('differences');
	});

	it('is compared with what its author saw, also after the phone has read the change', async () => {
		const { device, clockOn, authority, hear, online } = await aPhoneWithVisit();
		await clockOn();
		authority.put(bookingKey, theBooking({ startAt: later }));
		await hear();
		authority.deaf = false;

		await online();

		expect(await device.history(1)).toMatchObject([
			{ differences: [{ field: 'startAt', before: tomorrow, after: later }] },
		]);
	});

	it('is not compared with a visit that has left this phone', async () => {
		const shown = { bookingId: bookingKey.id, jobId: jobKey.id, startAt: tomorrow };
		expect(await differencesFrom(shown, async () => null)).toEqual([]);
	});

	it('calls it no difference that somebody was found where there was nobody', async () => {
		const { device, clockOn, authority, online } = await aPhoneWithVisit({
			job: { workerId: null },
		});
		await clockOn();
		authority.put(jobKey, theJob({ workerId: id('worker', 2) }));

		await online();

		expect((await device.history(1))[0]).not.toHaveProperty('differences');
	});
});
