import { roleGrant } from '#sync/access/entity.ts';
import { booking, bookingLine } from '#sync/booking/entity.ts';
import type { AnyEntity, Row } from '#sync/core/entity.ts';
import {
	addDays,
	addMs,
	dayMs,
	instantAt,
	instantOf,
	localDay,
	msOf,
	type Instant,
} from '#sync/core/time.ts';
import { customer } from '#sync/customer/entity.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { dayBegins, shopWindow, type ShopWindow } from '#sync/shop/age-window.ts';
import { servicePrice, serviceType, shop, shopHours } from '#sync/shop/entity.ts';
import { timer, type Timer } from '#sync/timer/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { worker, workerShift, workerTime } from '#sync/worker/entity.ts';
import { newId } from '../auth/new-id.ts';
import type { Connection } from '../db/connection.ts';
import type { Port, Write } from '../db/port.ts';
import { castNumbers, idOf, nameOf, phoneOf, userId } from './cast.ts';
import { peopleRows } from './people.ts';
import { shopRows } from './shops.ts';
import { history, historyDays, today } from './story.ts';
import { touchesOf } from './touches.ts';
import { visitRows, type VisitRows } from './visit.ts';

export type SeedOptions = {
	readonly connection: Connection;
	readonly port: Port;
	readonly wall: () => number;
	/** The town's time at the beginning; null: the wall clock's. */
	readonly startAt: Instant | null;
};

/** The town as it is seeded now; another number makes older folders be seeded anew. */
const seedName = 'town 2';
/** The shops were there before the first visit, and somebody had signed in for the first time. */
const sinceDays = historyDays + 30;

/** Somebody else's data, to which the demo must do nothing. */
class ForeignData extends Error {
	override readonly name = 'ForeignData';
}

/** Seeds a data set that is empty, or whose seeding was interrupted; leaves a seeded one as it is. */
export async function seedOnce(options: SeedOptions): Promise<void> {
	const [row] = await options.connection.query<{ seeded: string | null; people: number }>(
		'select seeded, (select count(*)::int from app_user) as people from installation',
	);
	if (row?.seeded === seedName) return;
	if (row?.seeded === null && row.people > 0)
		throw new ForeignData('DEMO=1, but this database already holds other data');
	await seed(options);
}

/**
 * Replaces whatever is there by the seeded town, as a new data set: phones that knew the old one
 * start anew. Sessions of the cast live on. Marked as begun first and as done last, so that a
 * seeding that was cut short is done again.
 */
export async function seed({ connection, port, wall, startAt }: SeedOptions): Promise<void> {
	const now = startAt ?? instantOf(wall());
	await clear(connection, now, wall());
	const since = addMs(now, -sinceDays * dayMs);
	const shops = shopRows(since);
	const people = peopleRows(since);
	const visits = [...history(now, shops.services), ...today(now, shops.services)].map(visitRows);
	const owners = new Map(people.vehicles.map((each) => [each.id, each.customerId]));
	const windows = shops.shops.map(({ id, zone }) => ({ id, zone, day: localDay(zone, now) }));
	await port.transaction(async (tx) => {
		await tx.flush([
			insert(shop, shops.shops),
			insert(shopWindow, windows),
			insert(timer, windows.map(ageTimer)),
			insert(shopHours, shops.hours),
			insert(worker, shops.workers),
			insert(workerShift, shops.shifts),
			insert(serviceType, shops.services),
			insert(servicePrice, shops.prices),
			insert(customer, people.customers),
			insert(roleGrant, people.grants),
			insert(vehicle, people.vehicles),
			...visitWrites(visits),
		]);
		await tx.stamp(touchesOf(visits, windows, owners), [], now);
	});
	await connection.query('update installation set seeded = $1', [seedName]);
}

const insert = (entity: AnyEntity, rows: readonly object[]): Write => ({
	entity,
	kind: 'insert',
	rows: rows as readonly Row[],
});

const visitWrites = (visits: readonly VisitRows[]): Write[] => [
	insert(
		booking,
		visits.map((each) => each.booking),
	),
	insert(
		bookingLine,
		visits.flatMap((each) => each.lines),
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
		visits.flatMap((each) => each.offers),
	),
	insert(
		workerTime,
		visits.flatMap((each) => each.clocks),
	),
	insert(timer, visits.flatMap(timerRows)),
];

/** The hour-glasses that the door would have turned over for what is still open. */
const timerRows = ({ booking: { id, status, holdExpiresAt }, offers }: VisitRows): Timer[] => [
	...(status === 'held' && holdExpiresAt !== null
		? [timerRow(`hold:${id}`, 'booking.expire', { bookingId: id }, holdExpiresAt)]
		: []),
	...offers.map((each) =>
		timerRow(`offer:${each.id}`, 'offer.expire', { offerId: each.id }, each.expiresAt),
	),
];

/** The end of the first day; each night sets the next. */
function ageTimer({ id: shopId, zone, day: today }: ShopWindow): Timer {
	const day = addDays(today, 1);
	const dueAt = instantAt(zone, day, dayBegins);
	return timerRow(`age:${shopId}:${day}`, 'shop.age', { shopId, day }, dueAt);
}

const timerRow = (key: string, name: string, args: Timer['args'], dueAt: Instant): Timer => ({
	id: idOf(`timer ${key}`),
	key,
	name,
	args,
	dueAt,
	ranAt: null,
	mutationId: null,
});

/** An empty data set with the cast as its people, whose sessions stay valid. */
async function clear(connection: Connection, now: Instant, wallMs: number): Promise<void> {
	const cast = castNumbers.map((number) => ({
		user_id: userId(number),
		phone: phoneOf(number),
		email: `${userId(number)}@phone.invalid`,
		name: nameOf(number),
	}));
	const kept = ['schema_migration', 'installation', 'app_user', 'session', 'account'];
	await connection.transaction(async (tx) => {
		const tables = await tx.query<{ name: string }>(
			`select format('%I', tablename) as name from pg_tables
			where schemaname = 'public' and tablename <> all($1::text[])`,
			[kept],
		);
		await tx.query(`truncate ${tables.map((each) => each.name).join(', ')}`);
		await tx.query('delete from app_user where user_id <> all($1::uuid[])', [
			cast.map((each) => each.user_id),
		]);
		await tx.query(
			`insert into app_user (user_id, phone, phone_verified, email, name, locale, status,
				created_at, updated_at)
			select user_id, phone, true, email, name, 'en', 'active', $2, $2
			from jsonb_to_recordset($1::jsonb) as cast_member
				(user_id uuid, phone text, email text, name text)
			on conflict (user_id) do update set name = excluded.name, locale = excluded.locale`,
			[JSON.stringify(cast), addMs(now, -sinceDays * dayMs)],
		);
		await tx.query(
			`update installation set install = $1, era = 1, clock_offset_ms = $2, seeded = 'begun'`,
			[newId(wallMs), msOf(now) - wallMs],
		);
	});
}
