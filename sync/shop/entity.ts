import {
	codes,
	entity,
	flag,
	id,
	instant,
	int,
	json,
	oneOf,
	optional,
	paise,
	real,
	ref,
	seenBy,
	shaped,
	text,
	wallTime,
	type RowOf,
} from '../core/entity.ts';
import { vehicleClasses } from './classes.ts';
import { policyParser } from './policy.ts';

export const shopStatuses = ['onboarding', 'active', 'paused', 'suspended', 'closed'] as const;
export type VehicleClass = (typeof vehicleClasses)[number];
/** What a worker can do and a service needs. */
export const skills = ['general', 'engine', 'brakes', 'electrical', 'tyres', 'ev'] as const;
export type Skill = (typeof skills)[number];

/** A garage. Whose it is says `role_grant`. */
export const shop = entity(
	'shop',
	{
		id: id(),
		name: text(80, 1),
		/** Short code, spoken and printed: part of booking codes and invoice numbers. */
		code: shaped(/^[A-Z0-9]{2,6}$/, 6),
		zone: text(40, 1),
		address: text(300),
		pin: shaped(/^[1-9]\d{5}$/, 6),
		stateCode: shaped(/^[A-Z]{2}$/, 2),
		lat: optional(real(-90, 90)),
		lng: optional(real(-180, 180)),
		phone: shaped(/^\+[1-9]\d{7,14}$/, 16),
		gstin: optional(shaped(/^[0-9A-Z]{15}$/, 15)),
		status: oneOf(shopStatuses),
		pausedUntil: optional(instant()),
		pauseReason: seenBy(optional(text(300)), { customer: 'hidden' }),
		policy: json(policyParser),
		commissionBps: seenBy(int(0, 5_000), { customer: 'hidden', worker: 'hidden' }),
		createdAt: instant(),
	},
	{ home: { collection: 'shops' } },
);
export type Shop = RowOf<(typeof shop)['fields']>;

/** When a shop is open, local wall time; several pieces a day are allowed. */
export const shopHours = entity(
	'shop_hours',
	{
		id: id(),
		shopId: ref('shop'),
		weekday: int(0, 6),
		opens: wallTime(),
		closes: wallTime(),
	},
	{ home: { collection: 'shops', inside: { list: 'hours', by: 'shopId' } }, indexes: [['shopId']] },
);
export type ShopHours = RowOf<(typeof shopHours)['fields']>;

/** A line of the catalogue: what a shop does, for how long and how much, before GST. */
export const serviceType = entity(
	'service_type',
	{
		id: id(),
		shopId: ref('shop'),
		name: text(80, 1),
		minutes: int(5, 1_440),
		bufferAfterMinutes: int(0, 240),
		pricePaise: paise(),
		sacCode: shaped(/^\d{4,8}$/, 8),
		gstBps: int(0, 10_000),
		skills: codes(skills),
		active: flag(),
	},
	{
		home: { collection: 'shops', inside: { list: 'services', by: 'shopId' } },
		indexes: [['shopId']],
	},
);
export type ServiceType = RowOf<(typeof serviceType)['fields']>;

/** Minutes and price of a service type for one class of vehicle, instead of its own. */
export const servicePrice = entity(
	'service_price',
	{
		id: id(),
		shopId: ref('shop'),
		serviceTypeId: ref('service_type'),
		class: oneOf(vehicleClasses),
		minutes: int(5, 1_440),
		pricePaise: paise(),
	},
	{
		home: { collection: 'shops', inside: { list: 'prices', by: 'shopId' } },
		indexes: [['shopId']],
	},
);
export type ServicePrice = RowOf<(typeof servicePrice)['fields']>;
