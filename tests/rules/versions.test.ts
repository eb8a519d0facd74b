import * as z from 'zod/mini';
import { describe, expect, it } from 'vitest';
import { newestArgs } from '#sync/core/mutator.ts';
import { mutators } from '#sync/registry.ts';

describe('arguments of an earlier version', () => {
	/** First a number, then a number with its unit, now an amount in paise. */
	const price = {
		version: 3,
		args: z.strictObject({ paise: z.int() }),
		older: {
			1: {
				args: z.strictObject({ price: z.number() }),
				upcast: ({ price: rupees }: { price: number }) => ({ amount: rupees, unit: 'rupees' }),
			},
			2: {
				args: z.strictObject({ amount: z.number(), unit: z.enum(['rupees', 'paise']) }),
				upcast: ({ amount, unit }: { amount: number; unit: string }) => ({
					paise: unit === 'paise' ? amount : amount * 100,
				}),
			},
		},
	};

	it.each([
		[1, { price: 12 }],
		[2, { amount: 12, unit: 'rupees' }],
		[2, { amount: 1_200, unit: 'paise' }],
		[3, { paise: 1_200 }],
	])('are read as version %d and raised to the newest', (version, args) => {
		expect(newestArgs(price, version, args)).toEqual({ args: { paise: 1_200 } });
	});

	it.each([
		[1, { paise: 1_200 }],
		[1, { price: '12' }],
		[2, { price: 12 }],
		[3, { price: 12 }],
		[2, { amount: 12, unit: 'rupees', more: true }],
		[2, { amount: 0.001, unit: 'rupees' }],
	])('that are not what version %d had cannot be read: %j', (version, args) => {
		expect(newestArgs(price, version, args)).toBeNull();
	});

	it('of a version that nobody describes cannot be read', () => {
		const { older, ...rest } = price;
		expect(newestArgs({ ...rest, older: { 2: older[2] } }, 1, { price: 12 })).toBeNull();
		expect(newestArgs(rest, 2, { amount: 12, unit: 'rupees' })).toBeNull();
	});
});

describe('every mutator', () => {
	it.each(Object.values(mutators).map((each) => [each.name, each] as const))(
		'reads every version it ever had: %s',
		(_name, { version, older = {} }) => {
			const earlier = Array.from({ length: version - 1 }, (_, index) => String(index + 1));
			expect(Object.keys(older)).toEqual(earlier);
		},
	);

	it('has another name than what stands for a withdrawal', () => {
		expect(Object.keys(mutators)).not.toContain('withdrawn');
	});
});
