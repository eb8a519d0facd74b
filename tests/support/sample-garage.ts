import type { RoleGrant } from '#sync/access/entity.ts';
import type { Customer } from '#sync/customer/entity.ts';
import type { ServicePrice, ServiceType, Shop, ShopHours } from '#sync/shop/entity.ts';
import type { Vehicle } from '#sync/vehicle/entity.ts';
import type { Worker, WorkerShift } from '#sync/worker/entity.ts';

/**
 * The place of `sample.ts`: one shop, its worker Ravi, a customer with a bike. Values are awkward on
 * purpose: what a database could lose or bend should be among them.
 */

/** The `n`-th id of the tests. */
export const idOf = (n: number): string => `0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`;

export const ids = {
	user: idOf(1),
	otherUser: idOf(2),
	shop: idOf(10),
	otherShop: idOf(11),
	ravi: idOf(20),
	meena: idOf(21),
	serviceType: idOf(30),
	customer: idOf(40),
	vehicle: idOf(50),
	booking: idOf(60),
	job: idOf(70),
	assignment: idOf(80),
	offer: idOf(90),
} as const;

export const earlier = '2026-11-20T04:00:00.000Z';

export const aShop = (over: Partial<Shop> = {}): Shop => ({
	id: ids.shop,
	name: 'Lakshmi Motors',
	code: 'LAX',
	zone: 'Asia/Kolkata',
	address: '12, Car Street, Ulsoor',
	pin: '560008',
	stateCode: 'KA',
	lat: 12.981234567890123,
	lng: -0.1,
	phone: '+919000000011',
	gstin: null,
	status: 'active',
	pausedUntil: null,
	pauseReason: null,
	policy: { holdMinutes: 15 },
	commissionBps: 1_000,
	createdAt: earlier,
	...over,
});

export const someHours = (over: Partial<ShopHours> = {}): ShopHours => ({
	id: idOf(12),
	shopId: ids.shop,
	weekday: 1,
	opens: '00:00',
	closes: '24:00',
	...over,
});

export const aWorker = (over: Partial<Worker> = {}): Worker => ({
	id: ids.ravi,
	shopId: ids.shop,
	name: 'Ravi Kumar',
	status: 'active',
	unavailableReason: null,
	skills: ['general', 'brakes'],
	weight: 100,
	...over,
});

export const aShift = (over: Partial<WorkerShift> = {}): WorkerShift => ({
	id: idOf(22),
	shopId: ids.shop,
	workerId: ids.ravi,
	weekday: 1,
	starts: '09:00',
	ends: '24:00',
	validFrom: '2026-01-01',
	validUntil: null,
	...over,
});

export const aServiceType = (over: Partial<ServiceType> = {}): ServiceType => ({
	id: ids.serviceType,
	shopId: ids.shop,
	name: 'General service',
	minutes: 60,
	bufferAfterMinutes: 10,
	pricePaise: Number.MAX_SAFE_INTEGER,
	sacCode: '998714',
	gstBps: 1_800,
	skills: [],
	active: true,
	...over,
});

export const aPrice = (over: Partial<ServicePrice> = {}): ServicePrice => ({
	id: idOf(31),
	shopId: ids.shop,
	serviceTypeId: ids.serviceType,
	class: 'sport',
	minutes: 90,
	pricePaise: 1_25_000,
	...over,
});

export const aCustomer = (over: Partial<Customer> = {}): Customer => ({
	id: ids.customer,
	name: 'Asha "Ash" Rao\n\\ ₹ नमस्ते 🏍',
	phone: '+919000000101',
	createdByShopId: null,
	mergedInto: null,
	createdAt: earlier,
	...over,
});

export const aGrant = (over: Partial<RoleGrant> = {}): RoleGrant => ({
	id: idOf(41),
	userId: ids.user,
	role: 'customer',
	shopId: null,
	workerId: null,
	customerId: ids.customer,
	grantedAt: earlier,
	revokedAt: null,
	...over,
});

export const aVehicle = (over: Partial<Vehicle> = {}): Vehicle => ({
	id: ids.vehicle,
	customerId: ids.customer,
	registrationNumber: 'OR02AB1234',
	registrationKey: 'OD02AB1234',
	make: 'Hero',
	model: 'Splendor',
	class: 'commuter',
	odometerKm: 12_345,
	verification: 'none',
	retiredAt: null,
	createdAt: earlier,
	...over,
});
