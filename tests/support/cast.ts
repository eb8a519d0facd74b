import { roleGrant, type RoleGrant } from '#sync/access/entity.ts';
import type { Actor } from '#sync/core/actor.ts';
import type { AnyEntity, Row } from '#sync/core/entity.ts';
import { customer, type Customer } from '#sync/customer/entity.ts';
import {
	serviceType,
	shop,
	shopHours,
	skills,
	type ServiceType,
	type Shop,
	type ShopHours,
} from '#sync/shop/entity.ts';
import { vehicle, type Vehicle } from '#sync/vehicle/entity.ts';
import { worker, workerShift, type Worker, type WorkerShift } from '#sync/worker/entity.ts';

/** The hour at which most tests begin: Monday, 23 November 2026, 10:00 in India. */
export const monday = '2026-11-23T04:30:00.000Z';
const longAgo = '2026-01-01T00:00:00.000Z';

/** Ids that can be read: a letter for the kind, a number for which. */
export const idOf = (kind: number, n: number): string =>
	`019c0000-00${kind.toString(16).padStart(2, '0')}-7000-8000-${n.toString(16).padStart(12, '0')}`;
const kinds = {
	shop: 1,
	hours: 2,
	worker: 3,
	shift: 4,
	service: 5,
	customer: 6,
	vehicle: 7,
	grant: 8,
	user: 9,
	device: 10,
	browser: 11,
	booking: 12,
} as const;
export const id = (kind: keyof typeof kinds, n: number): string => idOf(kinds[kind], n);

/** Lakshmi's shop: open day and night; Ravi, Meena and Imran work there. */
export const lakshmiMotors = id('shop', 1);
/** Another shop, where Joseph works, for what must not be seen across shops. */
export const otherGarage = id('shop', 2);
export const service = {
	wash: id('service', 1),
	general: id('service', 2),
	other: id('service', 3),
};

const person = (n: number, grant: Omit<Actor['grants'][number], 'grantedAt'>): Actor => ({
	userId: id('user', n),
	grants: [{ ...grant, grantedAt: longAgo }],
});
const workerAt = (n: number, shopId: string) =>
	person(n, { role: 'worker', shopId, workerId: id('worker', n) });
const customerOf = (n: number) => person(n, { role: 'customer', customerId: id('customer', n) });

export const ravi = workerAt(1, lakshmiMotors);
export const meena = workerAt(2, lakshmiMotors);
export const imran = workerAt(3, lakshmiMotors);
export const joseph = workerAt(4, otherGarage);
export const asha = customerOf(11);
export const kiran = customerOf(12);
export const divya = customerOf(13);
export const lakshmi = person(21, { role: 'owner', shopId: lakshmiMotors });
export const otherOwner = person(22, { role: 'owner', shopId: otherGarage });
export const admin = person(31, { role: 'admin' });
export const stranger: Actor = { userId: id('user', 99), grants: [] };
export const everybody = {
	ravi,
	meena,
	imran,
	joseph,
	asha,
	kiran,
	divya,
	lakshmi,
	otherOwner,
	admin,
	stranger,
};

export const ashasBike = id('vehicle', 11);
export const kiransBike = id('vehicle', 12);
export const divyasBike = id('vehicle', 13);

const aShop = (shopId: string, name: string, code: string): Shop => ({
	id: shopId,
	name,
	code,
	zone: 'Asia/Kolkata',
	address: '12 Residency Road, Bengaluru',
	pin: '560025',
	stateCode: 'KA',
	lat: 12.97,
	lng: 77.6,
	phone: '+918012345678',
	gstin: null,
	status: 'active',
	pausedUntil: null,
	pauseReason: null,
	policy: {},
	commissionBps: 1_000,
	createdAt: longAgo,
});
const allDay = (shopId: string, first: number): ShopHours[] =>
	[0, 1, 2, 3, 4, 5, 6].map((weekday) => ({
		id: id('hours', first + weekday),
		shopId,
		weekday,
		opens: '00:00',
		closes: '24:00',
	}));
const aWorker = (n: number, shopId: string, name: string): Worker => ({
	id: id('worker', n),
	shopId,
	name,
	status: 'active',
	unavailableReason: null,
	skills: [...skills],
	weight: 100,
});
const shiftsOf = (n: number, shopId: string): WorkerShift[] =>
	[0, 1, 2, 3, 4, 5, 6].map((weekday) => ({
		id: id('shift', n * 10 + weekday),
		shopId,
		workerId: id('worker', n),
		weekday,
		starts: '00:00',
		ends: '24:00',
		validFrom: '2026-01-01',
		validUntil: null,
	}));
const aService = (
	serviceId: string,
	shopId: string,
	name: string,
	minutes: number,
): ServiceType => ({
	id: serviceId,
	shopId,
	name,
	minutes,
	bufferAfterMinutes: 0,
	pricePaise: 45_000,
	sacCode: '998714',
	gstBps: 1_800,
	skills: ['general'],
	active: true,
});
const aCustomer = (n: number, name: string): Customer => ({
	id: id('customer', n),
	name,
	phone: `+9198765${String(n).padStart(5, '0')}`,
	createdByShopId: null,
	mergedInto: null,
	createdAt: longAgo,
});
const aBike = (n: number, plate: string): Vehicle => ({
	id: id('vehicle', n),
	customerId: id('customer', n),
	registrationNumber: plate,
	registrationKey: plate,
	make: 'Hero',
	model: 'Splendor Plus',
	class: 'commuter',
	odometerKm: null,
	verification: 'none',
	retiredAt: null,
	createdAt: longAgo,
});

const grantRows = (): RoleGrant[] =>
	Object.values(everybody).flatMap((actor, index) =>
		actor.grants.map((grant) => ({
			id: id('grant', index + 1),
			userId: String(actor.userId),
			role: grant.role,
			shopId: grant.shopId ?? null,
			workerId: grant.workerId ?? null,
			customerId: grant.customerId ?? null,
			grantedAt: grant.grantedAt,
			revokedAt: null,
		})),
	);

/** Everything the cast lives in, parents first, ready for `plant`. */
export const castRows = (): (readonly [AnyEntity, readonly Row[]])[] => [
	[shop, [aShop(lakshmiMotors, 'Lakshmi Motors', 'LM'), aShop(otherGarage, 'Joseph Garage', 'JG')]],
	[shopHours, [...allDay(lakshmiMotors, 0), ...allDay(otherGarage, 10)]],
	[
		worker,
		[
			aWorker(1, lakshmiMotors, 'Ravi Kumar'),
			aWorker(2, lakshmiMotors, 'Meena Rao'),
			aWorker(3, lakshmiMotors, 'Imran Khan'),
			aWorker(4, otherGarage, 'Joseph Thomas'),
		],
	],
	[
		workerShift,
		[1, 2, 3].flatMap((n) => shiftsOf(n, lakshmiMotors)).concat(shiftsOf(4, otherGarage)),
	],
	[
		serviceType,
		[
			aService(service.wash, lakshmiMotors, 'Wash', 30),
			aService(service.general, lakshmiMotors, 'General service', 60),
			aService(service.other, otherGarage, 'General service', 60),
		],
	],
	[
		customer,
		[aCustomer(11, 'Asha Menon'), aCustomer(12, 'Kiran Shetty'), aCustomer(13, 'Divya Nair')],
	],
	[roleGrant, grantRows()],
	[vehicle, [aBike(11, 'KA51AB1111'), aBike(12, 'KA51AB1212'), aBike(13, 'KA51AB1313')]],
];
