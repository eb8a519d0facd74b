/**
 * How many mutations a second pass the door, durably and with all rules: one, ten and fifty in a
 * transaction. Prints figures for docs/performance.md; asserts nothing.
 * Run: `node tests/bench/door.ts`, with DATABASE_URL for PostgreSQL (its tables are made anew).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { booking } from '#sync/booking/entity.ts';
import { addMinutes } from '#sync/core/time.ts';
import { assignment, job } from '#sync/job/entity.ts';
import { vehicle, type Vehicle } from '#sync/vehicle/entity.ts';
import { connect } from '#server/db/connect.ts';
import { migrate } from '#server/db/migrate.ts';
import { plant } from '#server/db/plant.ts';
import { sqlPort } from '#server/db/sql-port.ts';
import { perform } from '#server/domain/perform.ts';
import { aBooking, aJob, anAssignment, anId, customerIdOf } from '#tests/support/builders.ts';
import { asha, monday, ravi } from '#tests/support/cast.ts';
import { aMember, aMutation, openDoor, type Door } from '#tests/support/door.ts';

const mutations = 400;
const databaseUrl = process.env['DATABASE_URL'];
const folder = mkdtempSync(path.join(tmpdir(), 'moto-door-'));
let syncs = 0;
let hour = 0;
const connection = await connect(
	databaseUrl === undefined ? { dataDir: folder, onSync: () => syncs++ } : { databaseUrl },
);
try {
	await migrate(connection);
	const door = await openDoor({ port: sqlPort(connection), addUsers });
	for (const size of [1, 10, 50]) await measure(door, size);
} finally {
	await connection.close();
	rmSync(folder, { recursive: true, force: true });
}

/** A bike received, with its odometer: reads a visit, writes booking, bike and notice, moves four scopes. */
async function measure(door: Door, size: number): Promise<void> {
	const visits = await plantVisits(door, mutations);
	const members = visits.map((bookingId) =>
		aMember(ravi, aMutation('booking.receive', { bookingId, odometerKm: 12_000 }, door.now)),
	);
	syncs = 0;
	const began = performance.now();
	for (let sent = 0; sent < mutations; sent += size)
		await perform(door.world, members.slice(sent, sent + size));
	const seconds = (performance.now() - began) / 1_000;
	const rate = Math.round(mutations / seconds);
	const perCommit = (syncs / (mutations / size)).toFixed(2);
	const fsyncs = databaseUrl === undefined ? `, ${perCommit} fsyncs a commit` : '';
	process.stdout.write(`${connection.kind}, groups of ${size}: ${rate} mutations/s${fsyncs}\n`);
}

/** So many confirmed visits of bikes of their own, all Ravi's, one after the other. */
async function plantVisits(door: Door, count: number): Promise<string[]> {
	const visits = Array.from({ length: count }, aVisit);
	await plant(door.world.port, [
		[vehicle, visits.map((each) => each.bike)],
		[booking, visits.map((each) => each.booked)],
		[job, visits.map((each) => each.work)],
		[assignment, visits.map((each) => each.planned)],
	]);
	return visits.map((each) => each.booked.id);
}

function aVisit() {
	hour += 1;
	const startAt = addMinutes(monday, 60 * hour);
	const time = { startAt, endAt: addMinutes(startAt, 30) };
	const bike = aBike(
		anId(),
		`KA02${String.fromCharCode(65 + (Math.floor(hour / 1_000) % 26))}${1_000 + (hour % 1_000)}`,
	);
	const booked = aBooking({ vehicleId: bike.id, ...time });
	const work = aJob({ bookingId: booked.id });
	return { bike, booked, work, planned: anAssignment({ jobId: work.id, ...time }) };
}

function aBike(id: string, plate: string): Vehicle {
	return {
		id,
		customerId: customerIdOf(asha),
		registrationNumber: plate,
		registrationKey: plate,
		make: 'Hero',
		model: 'Splendor',
		class: 'commuter',
		odometerKm: null,
		verification: 'none',
		retiredAt: null,
		createdAt: monday,
	};
}

async function addUsers(ids: readonly string[]): Promise<void> {
	await connection.query(
		`insert into app_user (user_id, email, name, locale, status, created_at, updated_at)
		select id, id || '@example.test', 'Somebody', 'en', 'active', $2, $2
		from unnest($1::uuid[]) as given (id)`,
		[ids, '2026-01-01T00:00:00.000Z'],
	);
}
