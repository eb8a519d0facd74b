import { describe, expect, it } from 'vitest';
import { isServing, itemsOf, needOf, servingFrom } from '#sync/shop/rules.ts';
import type { ServicePrice, ServiceType } from '#sync/shop/entity.ts';
import { lakshmiMotors, monday } from '#tests/support/cast.ts';
import { tomorrow } from '#tests/support/builders.ts';

const aService = (over: Partial<ServiceType>): ServiceType => ({
	id: 'wash',
	shopId: lakshmiMotors,
	name: 'Wash',
	minutes: 30,
	bufferAfterMinutes: 0,
	pricePaise: 20_000,
	sacCode: '998714',
	gstBps: 1_800,
	skills: [],
	active: true,
	...over,
});
const aPrice = (over: Partial<ServicePrice>): ServicePrice => ({
	id: 'price',
	shopId: lakshmiMotors,
	serviceTypeId: 'wash',
	class: 'cruiser',
	minutes: 45,
	pricePaise: 30_000,
	...over,
});

describe('a shop', () => {
	it('takes work while it is active, whatever an old pause said', () => {
		expect(isServing({ status: 'active', pausedUntil: tomorrow }, monday)).toBe(true);
	});

	it('takes work again from the moment its pause ends', () => {
		const paused = { status: 'paused', pausedUntil: tomorrow } as const;

		expect(isServing(paused, '2026-11-24T04:29:59.999Z')).toBe(false);
		expect(isServing(paused, tomorrow)).toBe(true);
	});

	it.each(['onboarding', 'suspended', 'closed'] as const)('takes none while it is %s', (status) => {
		expect(servingFrom({ status, pausedUntil: monday })).toBe(null);
		expect(servingFrom({ status: 'paused', pausedUntil: null })).toBe(null);
	});
});

describe('what is asked for', () => {
	const services = [aService({}), aService({ id: 'tyres', name: 'Tyres', skills: ['tyres'] })];

	it('costs what its class of vehicle costs, else what the catalogue says', () => {
		const prices = [aPrice({}), aPrice({ serviceTypeId: 'tyres', class: 'ev', minutes: 5 })];

		expect(itemsOf(['tyres', 'wash'], services, prices, 'cruiser')).toEqual([
			{ serviceTypeId: 'tyres', name: 'Tyres', minutes: 30, pricePaise: 20_000, gstBps: 1_800 },
			{ serviceTypeId: 'wash', name: 'Wash', minutes: 45, pricePaise: 30_000, gstBps: 1_800 },
		]);
	});

	it('is not found when the shop does not offer it, or no longer', () => {
		const old = [aService({ active: false })];

		expect(() => itemsOf(['paint'], services, [], 'scooter')).toThrow('not_found');
		expect(() => itemsOf(['wash'], old, [], 'scooter')).toThrow('not_found');
	});

	it('needs all its minutes, the longest buffer once, and every skill once', () => {
		const catalogue = [
			aService({ bufferAfterMinutes: 10, skills: ['general'] }),
			aService({ id: 'tyres', bufferAfterMinutes: 15, skills: ['general', 'tyres'] }),
			aService({ id: 'paint', bufferAfterMinutes: 90, skills: ['engine'] }),
		];
		const lines = [
			{ serviceTypeId: 'wash', minutes: 30 },
			{ serviceTypeId: 'tyres', minutes: 45 },
		];

		expect(needOf(lines, catalogue)).toEqual({
			minutes: 75,
			bufferMinutes: 15,
			skills: ['general', 'tyres'],
		});
	});
});
