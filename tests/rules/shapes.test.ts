import { describe, expect, it } from 'vitest';
import { docIn, isTold } from '#sync/protocol/shapes.ts';
import { schemasTold, schemaVersion } from '#sync/protocol/version.ts';

describe('a document in the shape of an installed app', () => {
	const visit = { id: 'b1', status: 'confirmed', lines: [], readMarks: [{ id: 'm1' }] };

	it('is as it is for the newest', () => {
		expect(docIn(2, 'bookings', visit)).toBe(visit);
	});

	it('has no read marks in the first', () => {
		expect(docIn(1, 'bookings', visit)).toEqual({ id: 'b1', status: 'confirmed', lines: [] });
		expect(visit.readMarks).toHaveLength(1);
	});

	it('is the same in both where nothing changed', () => {
		const bike = { id: 'v1', make: 'TVS', readMarks: 'not a list of ours' };
		expect(docIn(1, 'vehicles', bike)).toBe(bike);
	});

	it('is told in the newest shape and those before it, without a hole', () => {
		expect(schemasTold[0]).toBe(schemaVersion);
		expect(schemasTold).toEqual(schemasTold.map((_, index) => schemaVersion - index));
		expect([0, 1, 2, 3].map(isTold)).toEqual([false, true, true, false]);
	});
});
