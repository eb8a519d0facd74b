import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { booking, type Booking } from '#sync/booking/entity.ts';
import { addMinutes } from '#sync/core/time.ts';
import { assignment, job, type Job } from '#sync/job/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import type { Connection, Sql } from '#server/db/connection.ts';
import { plant } from '#server/db/plant.ts';
import { sqlPort } from '#server/db/sql-port.ts';
import { perform, type Member } from '#server/domain/perform.ts';
import { sync } from '#server/domain/sync.ts';
import { aBooking, aJob, anAssignment, anId, customerIdOf } from '#tests/support/builders.ts';
import { asha, id, monday, ravi } from '#tests/support/cast.ts';
import { aMember, aMutation, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, type TestPort } from '#tests/support/ports.ts';
import { aCaller, aNewBike, aRequest, sent } from '#tests/support/requests.ts';
import { aVehicle } from '#tests/support/sample-garage.ts';

let statements = 0;
/** The same, and every statement of it is counted. */
const counting = <S extends Sql>(sql: S): S => ({
	...sql,
	query: (text: string, params?: readonly unknown[]) => {
		statements += 1;
		return sql.query(text, params);
	},
});
const counted = (connection: Connection): Connection => ({
	...counting(connection),
	transaction: (work) => connection.transaction((tx) => work(counting(tx))),
});

describe('a group at the door', () => {
	let test: TestPort;
	let door: Door;
	beforeAll(async () => {
		test = await aPort('pglite');
		const port = sqlPort(counted(test.connection as Connection));
		door = await openDoor({ port, addUsers: (ids) => test.addUsers(ids) });
	});
	afterAll(() => test.close());

	/** So many confirmed visits of bikes of their own, all Ravi's. */
	async function visits(count: number): Promise<Booking[]> {
		const bookings = Array.from({ length: count }, () => {
			const startAt = addMinutes(monday, 60 * (hour += 1));
			return aBooking({ vehicleId: anId(), startAt, endAt: addMinutes(startAt, 30) });
		});
		const jobs = bookings.map((each) => aJob({ bookingId: each.id }));
		await plant(door.world.port, [
			[vehicle, bookings.map(({ vehicleId }) => bikeOf(vehicleId))],
			[booking, bookings],
			[job, jobs],
			[
				assignment,
				jobs.map(({ id }, n) => {
					const { startAt, endAt } = bookings[n] as Booking;
					return anAssignment({ jobId: id, startAt, endAt });
				}),
			],
		]);
		return bookings;
	}
	let hour = 100;

	const bikeOf = (id: string) => {
		const registrationNumber = `KA02AA${String((plate += 1))}`;
		const registrationKey = registrationNumber;
		return aVehicle({ id, customerId: customerIdOf(asha), registrationNumber, registrationKey });
	};
	let plate = 1000;

	const received = ({ id }: Booking): Member =>
		aMember(ravi, aMutation('booking.receive', { bookingId: id }, door.now));
	const started = ({ id: jobId, epoch }: Job): Member =>
		aMember(ravi, aMutation('job.start', { jobId, epoch }, door.now));

	async function statementsFor(members: readonly Member[]): Promise<number> {
		statements = 0;
		const outcomes = await perform(door.world, members);
		const asked = statements;
		expect(outcomes.map(({ status }) => status)).toEqual(members.map(() => 'applied'));
		return asked;
	}

	it('asks the database hardly more for twenty than for two', async () => {
		const two = await statementsFor((await visits(2)).map(received));
		const twenty = await statementsFor((await visits(20)).map(received));

		expect(twenty).toBe(two);
	});

	it('holds what is about no shop too: twenty bikes of a long evening cost hardly more than two', async () => {
		const pushed = async (device: number, count: number) => {
			const mutations = Array.from({ length: count }, (_, index) =>
				sent(index + 1, aMutation('vehicle.add', aNewBike(), door.now)),
			);
			const phone = { id: id('device', device), browserId: id('browser', device) };
			await sync(door.world, asha, aRequest({ device: phone }), aCaller());
			statements = 0;
			const request = aRequest({ device: phone, mutations });
			const { acks } = await sync(door.world, asha, request, aCaller());
			expect(acks.map(({ status }) => status)).toEqual(mutations.map(() => 'applied'));
			return statements;
		};

		const two = await pushed(1, 2);

		expect(await pushed(2, 20)).toBe(two);
	});

	it('performs what follows from an earlier member, though its rehearsal could not', async () => {
		const [visit] = (await visits(1)) as [Booking];
		const find = async () =>
			((await door.world.port.list(job, { bookingId: visit.id })) as unknown as Job[])[0] as Job;
		await statementsFor([received(visit), started(await find())]);

		expect(await find()).toMatchObject({ status: 'in_progress' });
	});
});
