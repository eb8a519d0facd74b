import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { booking, bookingLine } from '#sync/booking/entity.ts';
import type { Row } from '#sync/core/entity.ts';
import { customer } from '#sync/customer/entity.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { shop } from '#sync/shop/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { worker, workerTime } from '#sync/worker/entity.ts';
import { frees, refusalOf, rules } from '#server/db/constraints.ts';
import { ConstraintViolation, type Write } from '#server/db/port.ts';
import { cases, nine, otherJob, otherVisit } from '#tests/support/constraint-cases.ts';
import { aPort, inserted, ports, updated, type TestPort } from '#tests/support/ports.ts';
import { aCustomer, aShop, aVehicle, aWorker, idOf, ids } from '#tests/support/sample-garage.ts';
import {
	aBooking,
	aClock,
	aJob,
	aLine,
	anAssignment,
	anOffer,
	sampleOf,
	stored,
} from '#tests/support/sample.ts';

it('has a case of every rule that says what may be only once', () => {
	// Its columns hold the primary key: nothing can break it alone.
	const unbreakable = ['worker_worker_id_shop_id_key'];

	expect([...Object.keys(cases), ...unbreakable].sort()).toEqual(Object.keys(rules).sort());
});

describe.each(ports)('what can be only once on %s', (kind) => {
	let test: TestPort;
	beforeAll(async () => {
		test = await aPort(kind);
		await test.addUsers([ids.user, ids.otherUser]);
		await test.write(
			...stored.map((each) => inserted(each, sampleOf(each))),
			inserted(worker, aWorker({ id: ids.meena })),
			inserted(shop, aShop({ id: ids.otherShop, code: 'OTHER' })),
			inserted(booking, aBooking({ ...otherVisit, status: 'closed' })),
			inserted(job, aJob({ id: otherJob, bookingId: otherVisit.id })),
		);
	});
	afterAll(() => test.close());

	/** Does it and takes it back, so that the next test finds the same. */
	const tried = async (...writes: readonly Write[]) => {
		const done = new Error('it went through');
		const result = test.port.transaction(async (tx) => {
			await tx.flush(writes);
			throw done;
		});
		await expect(result).rejects.toThrow(done);
	};
	const first = (name: string): readonly Write[] => {
		const { entity, first: row } = cases[name]!;
		return row ? [inserted(entity, row)] : [];
	};

	it.each(Object.keys(cases))('is refused a second time: %s', async (name) => {
		const { entity, second } = cases[name]!;

		const both = test.write(...first(name), inserted(entity, second));

		await expect(both).rejects.toThrow(new ConstraintViolation(name));
	});

	const thatMakeRoom = Object.keys(cases).filter((name) => cases[name]?.room !== null);
	it.each(thatMakeRoom)('is possible once the first made room: %s', async (name) => {
		const { entity, second, room } = cases[name]!;

		await tried(...first(name), updated(entity, room!), inserted(entity, second));
	});

	it('is a bike in two appointments, but not in one right after the other', async () => {
		const next = { id: idOf(901), code: 'ZZZZZ1', startAt: aBooking().endAt, endAt: nine };

		await tried(inserted(booking, aBooking(next)));
	});

	it('is neither a job that a worker is told of nor one that he doubles up on', async () => {
		await tried(
			inserted(jobOffer, anOffer({ id: idOf(901), jobId: otherJob, kind: 'ack' })),
			inserted(assignment, anAssignment({ id: idOf(902), jobId: otherJob, overbook: true })),
		);
	});

	it('is no phone at all', async () => {
		await tried(
			inserted(
				customer,
				aCustomer({ id: idOf(901), phone: null }),
				aCustomer({ id: idOf(902), phone: null }),
			),
		);
	});

	if (kind === 'memory') return;

	describe('and what cannot be at all', () => {
		it.each([
			[
				'work in another shop',
				updated(job, aJob({ shopId: ids.otherShop })),
				'job_worker_id_shop_id_fkey',
				'not_found',
			],
			[
				'a bike of nobody',
				updated(vehicle, aVehicle({ customerId: idOf(901) })),
				'vehicle_customer_id_fkey',
				'not_found',
			],
			[
				'a hold without an end',
				updated(booking, aBooking({ status: 'held' })),
				'booking_held_check',
				'wrong_state',
			],
			[
				'a cancellation by nobody',
				updated(booking, aBooking({ status: 'cancelled' })),
				'booking_cancelled_check',
				'wrong_state',
			],
			[
				'an appointment of no length',
				updated(booking, aBooking({ endAt: aBooking().startAt })),
				'booking_order_check',
				'not_understood',
			],
			[
				'a state nobody knows',
				updated(job, { ...aJob(), status: 'lost' }),
				'job_status_check',
				'not_understood',
			],
			[
				'a negative price',
				updated(bookingLine, aLine({ pricePaise: -1 })),
				'booking_line_price_paise_check',
				'not_understood',
			],
			[
				'a skill nobody teaches',
				updated(worker, { ...aWorker(), skills: ['magic'] }),
				'worker_skills_check',
				'not_understood',
			],
			[
				'a clock stopped before it ran',
				updated(workerTime, aClock({ endedAt: '2026-11-23T04:30:59.999Z' })),
				'worker_time_order_check',
				'wrong_state',
			],
		] as const)('is %s', async (_what, write, constraint, refusal) => {
			await expect(test.write(write)).rejects.toThrow(new ConstraintViolation(constraint));
			expect(refusalOf(constraint)).toBe(refusal);
		});

		it('is an update of what is not there', async () => {
			await expect(test.write(updated(job, aJob({ id: idOf(900) })))).rejects.toThrow('impossible');
		});
	});
});

describe('an update', () => {
	const before = (name: string) => (cases[name]!.first ?? sampleOf(cases[name]!.entity)) as Row;

	it.each(Object.keys(cases))(
		'that makes room goes first, one that does not need not: %s',
		(name) => {
			const { entity, room } = cases[name]!;

			if (room) expect(frees(entity, before(name), room as Row)).toBe(true);
			expect(frees(entity, before(name), before(name))).toBe(false);
		},
	);

	it('that takes hold of something frees nothing', () => {
		const released = anAssignment({ state: 'released', epoch: 1 });

		expect(frees(assignment, released, anAssignment())).toBe(false);
		expect(frees(assignment, anAssignment(), anAssignment({ state: 'working' }))).toBe(false);
	});
});

describe('a refusal', () => {
	it('is the one people are told for what they meet most', () => {
		expect(refusalOf('worker_no_overlap')).toBe('slot_taken');
		expect(refusalOf('booking_vehicle_no_overlap')).toBe('vehicle_busy');
		expect(refusalOf('vehicle_reg_live')).toBe('plate_taken');
		expect(refusalOf('assignment_one_live')).toBe('already_taken');
		expect(refusalOf('booking_pkey')).toBe('id_taken');
		expect(refusalOf('mutation_device_id_seq_key')).toBe('key_reused');
	});

	it('is not made up for a constraint that nobody has named', () => {
		expect(refusalOf('something_else')).toBe(null);
		expect(refusalOf('toString')).toBe(null);
	});
});
