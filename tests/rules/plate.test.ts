import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Rejection } from '#sync/core/rejection.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { readPlate, type Plate } from '#sync/vehicle/rules.ts';

function plateIn(typed: string): Plate | null {
	try {
		return readPlate(typed);
	} catch (error) {
		if (error instanceof Rejection) return null;
		throw error;
	}
}

const keyOf = (typed: string) => readPlate(typed).registrationKey;

describe('a number plate', () => {
	it('is kept as issued, in capitals without blanks', () => {
		expect(readPlate(' ka-51 ab.1234 ')).toEqual({
			registrationNumber: 'KA51AB1234',
			registrationKey: 'KA51AB1234',
		});
	});

	it.each([
		['KA51AB1234', 'KA51AB1234'],
		['DL 3S BX 1234', 'DL03SBX1234'],
		['DL3SB12', 'DL03SB0012'],
		['MH 12 1234', 'MH121234'],
		['AP39ABC1', 'AP39ABC0001'],
		['22 BH 1234 AA', '22BH1234AA'],
		['21BH0001A', '21BH0001A'],
		['KA VA AB 12', 'KAVAAB0012'],
		['03D153874H', '03D153874H'],
		['77 CD 12', '77CD12'],
		['MYA 1234', 'MYA1234'],
	])('%s is known by the key %s', (typed, key) => {
		expect(keyOf(typed)).toBe(key);
	});

	it.each([
		['OR02AB1234', 'OD02AB1234'],
		['TS09EA1234', 'TG09EA1234'],
		['UA07A1234', 'UK07A1234'],
		['DN09A1234', 'DD09A1234'],
		['KA1AB12', 'KA01AB0012'],
	])('%s is the same bike as %s, yet keeps its own writing', (one, other) => {
		expect(keyOf(one)).toBe(keyOf(other));
		expect(readPlate(one).registrationNumber).toBe(one);
	});

	it('never makes one key of two plates without series letters', () => {
		expect(keyOf('KA01 234')).not.toBe(keyOf('KA12 34'));
	});

	it.each([
		'',
		'KA',
		'XX51AB1234',
		'KA51IO1234',
		'KA51AB12345',
		'KA51ABCD123',
		'KA51AB0000',
		'22BH123AA',
		'KA51AB١٢٣٤',
		'KA51ÄB1234',
		'constructor1',
		'Asha’s bike',
	])('%j cannot be read', (typed) => {
		expect(() => readPlate(typed)).toThrow('plate_unreadable');
	});

	it('fits its fields, and reading it again changes nothing', () => {
		const typed = fc.stringMatching(/^(KA|OR|DL|22BH|VA|\d{1,2})?[ -]?[0-9A-Z]{2,9}$/);
		fc.assert(
			fc.property(typed, (text) => {
				const plate = plateIn(text);
				fc.pre(plate !== null);
				for (const field of ['registrationNumber', 'registrationKey'] as const)
					expect(vehicle.fields[field].parser.safeParse(plate[field]).success).toBe(true);
				expect(readPlate(plate.registrationNumber)).toEqual(plate);
				expect(keyOf(plate.registrationKey)).toBe(plate.registrationKey);
			}),
			{ numRuns: 2_000 },
		);
	});
});
