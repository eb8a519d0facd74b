import { describe, expect, it } from 'vitest';
import { contactNow, goneOn, isLocked } from '#lib/device/browser/grace.ts';
import { after } from '#tests/support/device/fakes.ts';

const dayMs = 86_400_000;
const day = (n: number) => after(n * dayMs);
const contact = contactNow(day(0), 0);
const locked = (n: number, ...roles: ('worker' | 'owner' | 'customer' | 'admin')[]) =>
	isLocked(
		goneOn(contact, day(n), 0),
		roles.map((role) => ({ role })),
	);

describe('the time that a phone may go on alone', () => {
	it('is a week for a worker, three days for an owner or an admin, thirty for a customer', () => {
		expect([locked(7, 'worker'), locked(7.01, 'worker')]).toEqual([false, true]);
		expect([locked(3, 'owner'), locked(3.01, 'owner')]).toEqual([false, true]);
		expect([locked(3, 'admin'), locked(3.01, 'admin')]).toEqual([false, true]);
		expect([locked(30, 'customer'), locked(30.01, 'customer')]).toEqual([false, true]);
	});

	it('is the shortest of his roles', () => {
		expect(locked(4, 'customer', 'owner')).toBe(true);
		expect(locked(8, 'customer', 'worker')).toBe(true);
		expect(locked(4, 'customer', 'worker')).toBe(false);
	});

	it('is not given back by a clock that is set back', () => {
		const late = goneOn(contact, day(8), 0);
		expect(isLocked(goneOn(late, day(1), 0), [{ role: 'worker' }])).toBe(true);
	});

	it('passes while the app is used, even where the clock is set back each day', () => {
		let now = contact;
		for (let n = 0; n < 30; n += 1) now = goneOn(now, day(0), dayMs / 4);
		expect(isLocked(now, [{ role: 'worker' }])).toBe(true);
	});

	it("is measured by the server's time, however wrong the phone's is", () => {
		const wrong = contactNow(day(365), -365 * dayMs);
		expect(wrong.at).toBe(day(0));
		expect(isLocked(goneOn(wrong, day(371), 0), [{ role: 'worker' }])).toBe(false);
		expect(isLocked(goneOn(wrong, day(373), 0), [{ role: 'worker' }])).toBe(true);
	});
});
