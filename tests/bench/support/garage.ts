import { roleGrant, type RoleGrant } from '#sync/access/entity.ts';
import { booking, bookingLine } from '#sync/booking/entity.ts';
import { placesOfVisit, type Visit } from '#sync/booking/scopes.ts';
import { scopeOf } from '#sync/core/scope.ts';
import { addMinutes, hourMs, instantOf, localDay } from '#sync/core/time.ts';
import { customer } from '#sync/customer/entity.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { shopWindow, type ShopWindow } from '#sync/shop/age-window.ts';
import { serviceType, shop, shopHours } from '#sync/shop/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { worker, workerShift } from '#sync/worker/entity.ts';
import type { Connection } from '#server/db/connection.ts';
import type { Touch, Write } from '#server/db/port.ts';
import { sqlPort } from '#server/db/sql-port.ts';
import { aBooking, aJob, aLine, anAssignment, anOffer } from '#tests/support/builders.ts';
import { idOf } from '#tests/support/cast.ts';
import {
	customerOf,
	longAgo,
	numberOf,
	ownerOf,
	plateIn,
	seat,
	serviceId,
	shopId,
	visitOf,
	workerId,
	workerOf,
	type GarageSize,
	type Person,
} from './cast.ts';

const zone = 'Asia/Kolkata';
const visitMinutes = 30;
/** Work begins so long after planting, so that no offer runs out while something is measured. */
const firstVisitAfterMinutes = 120;
const visitsPerStamp = 10;
const visitsPerFlush = 500;

const customersWithoutVisits = 4;

/**
 * Plants shops with their workers, and everybody's sessions. Set-wise and stamped as the door would,
 * ten visits to a transaction of the log, so that pages are cut where they would be in real life.
 */
export async function plantGarage(connection: Connection, size: GarageSize): Promise<void> {
	const now = instantOf(Math.floor(Date.now() / hourMs) * hourMs);
	const port = sqlPort(connection);
	const shops = Array.from({ length: size.shops }, (_, s) => s);
	const people = shops.flatMap((s) => [
		ownerOf(s),
		...Array.from({ length: size.workersPerShop }, (_, w) => workerOf(s, w)),
	]);
	const customers = Array.from({ length: customersWithoutVisits }, (_, n) => customerOf(n));
	await signIn(connection, [...people, ...customers], now);
	const windows = new Map<string, ShopWindow>(
		shops.map((s) => [shopId(s), { id: shopId(s), zone, day: localDay(zone, now) }]),
	);
	await port.transaction(async (tx) => {
		await tx.flush(groundWrites(size, shops, [...windows.values()], [...people, ...customers]));
		await tx.stamp(groundTouches(shops), [], now);
	});
	const visits = shops.flatMap((s) =>
		Array.from({ length: size.visitsPerWorker }, (_, v) =>
			Array.from({ length: size.workersPerShop }, (__, w) => visitRows(size, s, w, v, now)),
		).flat(),
	);
	for (const some of inChunks(visits, visitsPerFlush)) {
		await port.transaction((tx) => tx.flush(visitWrites(some)));
		for (const few of inChunks(some, visitsPerStamp))
			await port.transaction((tx) => tx.stamp(visitTouches(few, windows), [], now));
	}
	await connection.exec('analyze');
}

async function signIn(connection: Connection, people: readonly Person[], now: string) {
	const rows = people.map(({ userId, token }, index) => ({
		userId,
		token,
		s: idOf(20, index + 1),
	}));
	const expires = addMinutes(now, 60 * 24 * 30);
	await connection.query(
		`insert into app_user (user_id, email, name, locale, status, created_at, updated_at)
		select "userId", "userId" || '@example.test', 'Somebody', 'en', 'active', $2, $2
		from jsonb_to_recordset($1::jsonb) as given ("userId" uuid)`,
		[JSON.stringify(rows), longAgo],
	);
	await connection.query(
		`insert into session (session_id, user_id, token, expires_at, created_at, updated_at)
		select s, "userId", token, $2, $3, $3
		from jsonb_to_recordset($1::jsonb) as given ("userId" uuid, token text, s uuid)`,
		[JSON.stringify(rows), expires, now],
	);
}

const insert = (entity: Write['entity'], rows: readonly object[]): Write => ({
	entity,
	kind: 'insert',
	rows: rows as Write['rows'],
});

function groundWrites(
	{ workersPerShop }: GarageSize,
	shops: readonly number[],
	windows: readonly ShopWindow[],
	people: readonly Person[],
): Write[] {
	const crew = shops.flatMap((s) =>
		Array.from({ length: workersPerShop }, (_, w) => [s, w] as const),
	);
	const week = [0, 1, 2, 3, 4, 5, 6];
	const free = Array.from({ length: customersWithoutVisits }, (_, n) => 6_000_000 + n);
	return [
		insert(shop, shops.map(shopRow)),
		insert(shopWindow, windows),
		insert(
			shopHours,
			shops.flatMap((s) =>
				week.map((weekday) => ({
					id: idOf(2, s * 7 + weekday + 1),
					...{ shopId: shopId(s), weekday, opens: '00:00', closes: '24:00' },
				})),
			),
		),
		insert(
			worker,
			crew.map(([s, w]) => workerRow(s, w)),
		),
		insert(
			workerShift,
			crew.flatMap(([s, w]) => week.map((day) => shiftRow(s, w, day))),
		),
		insert(serviceType, shops.map(serviceRow)),
		insert(customer, free.map(customerRow)),
		insert(roleGrant, people.map(grantRow)),
	];
}

const shopRow = (s: number) => ({
	id: shopId(s),
	name: `Lakshmi Motors ${s + 1}`,
	code: `L${s + 1}`,
	...{ zone, address: '12 Residency Road, Bengaluru', pin: '560025', stateCode: 'KA' },
	...{ lat: 12.97, lng: 77.6, phone: '+918012345678', gstin: null, status: 'active' },
	...{ pausedUntil: null, pauseReason: null, policy: {}, commissionBps: 1_000, createdAt: longAgo },
});

const workerRow = (s: number, w: number) => ({
	id: workerId(s, w),
	shopId: shopId(s),
	name: `Ravi Kumar ${w + 1}`,
	...{ status: 'active', unavailableReason: null, skills: ['general'], weight: 100 },
});

const shiftRow = (s: number, w: number, weekday: number) => ({
	id: idOf(4, seat(s, w) * 7 + weekday),
	shopId: shopId(s),
	workerId: workerId(s, w),
	...{ weekday, starts: '00:00', ends: '24:00', validFrom: '2026-01-01', validUntil: null },
});

const serviceRow = (s: number) => ({
	id: serviceId(s),
	shopId: shopId(s),
	...{ name: 'General service', minutes: visitMinutes, bufferAfterMinutes: 0, pricePaise: 45_000 },
	...{ sacCode: '998714', gstBps: 1_800, skills: ['general'], active: true },
});

const customerRow = (n: number) => ({
	id: idOf(6, n),
	name: `Asha Menon ${n}`,
	phone: `+9190${String(n).padStart(8, '0')}`,
	...{ createdByShopId: null, mergedInto: null, createdAt: longAgo },
});

function grantRow({ userId, actor }: Person, index: number): RoleGrant {
	const [grant] = actor.grants;
	if (!grant) throw new Error('everybody planted is somebody');
	const { role, shopId: at = null, workerId: as = null, customerId: of = null } = grant;
	return {
		id: idOf(8, index + 1),
		...{ userId, role, shopId: at, workerId: as, customerId: of },
		...{ grantedAt: grant.grantedAt, revokedAt: null },
	};
}

const groundTouches = (shops: readonly number[]): Touch[] =>
	shops.flatMap((s) =>
		[scopeOf.floor(shopId(s)), scopeOf.catalog(shopId(s))].map((scope) => ({
			...{ scope, collection: 'shops' as const, id: shopId(s), gone: null },
		})),
	);

type VisitRows = ReturnType<typeof visitRows>;

function visitRows(size: GarageSize, s: number, w: number, v: number, now: string) {
	const n = numberOf(size, s, w, v);
	const startAt = addMinutes(now, firstVisitAfterMinutes + visitMinutes * v);
	const endAt = addMinutes(startAt, visitMinutes);
	const { bookingId, jobId } = visitOf(size, s, w, v);
	const at = { shopId: shopId(s), createdAt: longAgo };
	const his = { shopId: shopId(s), workerId: workerId(s, w), jobId };
	const own = { customerId: idOf(6, n), vehicleId: idOf(7, n) };
	const booked = { id: bookingId, code: codeOf(n), startAt, endAt, promisedAt: endAt };
	const line = { id: idOf(14, n), bookingId, serviceTypeId: serviceId(s), minutes: visitMinutes };
	const time = { startAt, endAt, createdAt: longAgo };
	const offer = { sentAt: now, expiresAt: startAt };
	return {
		customer: customerRow(n),
		bike: bikeRow(n),
		booking: aBooking({ ...at, ...booked, ...own, confirmedAt: longAgo }),
		line: aLine(line),
		job: aJob({ id: jobId, bookingId, shopId: shopId(s), workerId: workerId(s, w) }),
		assignment: anAssignment({ id: idOf(15, n), ...his, ...time }),
		offer: anOffer({ id: idOf(16, n), ...his, ...offer }),
	};
}

const bikeRow = (n: number) => ({
	id: idOf(7, n),
	customerId: idOf(6, n),
	registrationNumber: plateIn('KA', n),
	registrationKey: plateIn('KA', n),
	...{ make: 'Hero', model: 'Splendor Plus', class: 'commuter', odometerKm: null },
	...{ verification: 'none', retiredAt: null, createdAt: longAgo },
});

/** Six signs without look-alikes, from the number. */
const codeOf = (n: number): string => {
	const signs = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
	return Array.from(
		{ length: 6 },
		(_, place) => signs[Math.floor(n / 32 ** (5 - place)) % 32],
	).join('');
};

const visitWrites = (visits: readonly VisitRows[]): Write[] => [
	insert(
		customer,
		visits.map((each) => each.customer),
	),
	insert(
		vehicle,
		visits.map((each) => each.bike),
	),
	insert(
		booking,
		visits.map((each) => each.booking),
	),
	insert(
		bookingLine,
		visits.map((each) => each.line),
	),
	insert(
		job,
		visits.map((each) => each.job),
	),
	insert(
		assignment,
		visits.map((each) => each.assignment),
	),
	insert(
		jobOffer,
		visits.map((each) => each.offer),
	),
];

const visitTouches = (
	visits: readonly VisitRows[],
	windows: ReadonlyMap<string, ShopWindow>,
): Touch[] =>
	visits.flatMap((rows) => {
		const visit: Visit = { ...rows, assignments: [rows.assignment], offers: [rows.offer] };
		const places = placesOfVisit(visit, windows.get(rows.booking.shopId) ?? null).values();
		return [...places].map(({ scope, key }) => ({ scope, ...key, gone: null }));
	});

function* inChunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
	for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}
