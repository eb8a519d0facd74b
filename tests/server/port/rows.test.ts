import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { booking } from '#sync/booking/entity.ts';
import type { Row } from '#sync/core/entity.ts';
import { customer } from '#sync/customer/entity.ts';
import { assignment, job } from '#sync/job/entity.ts';
import { shop } from '#sync/shop/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { worker } from '#sync/worker/entity.ts';
import { ConstraintViolation, TryAgain } from '#server/db/port.ts';
import { aPort, inserted, ports, updated, type TestPort } from '#tests/support/ports.ts';
import { aCustomer, aShop, aVehicle, aWorker, idOf, ids } from '#tests/support/sample-garage.ts';
import { aBooking, aJob, anAssignment, sampleOf, stored } from '#tests/support/sample.ts';

const byId = (rows: readonly Row[]) => rows.map((row) => row.id).sort();

describe.each(ports)('rows on %s', (kind) => {
	let test: TestPort;
	beforeAll(async () => {
		test = await aPort(kind);
	});
	afterAll(() => test.close());

	describe('of every entity', () => {
		beforeAll(async () => {
			await test.addUsers([ids.user]);
			await test.write(...stored.map((each) => inserted(each, sampleOf(each))));
		});

		it.each(stored)('come back as written, as their parser wants them: $name', async (entity) => {
			const [row] = await test.port.read(entity, [sampleOf(entity).id]);

			expect(row).toEqual(sampleOf(entity));
			expect(entity.parser.parse(row)).toEqual(sampleOf(entity));
			expect(await test.port.list(entity, {})).toEqual([row]);
		});
	});

	describe('of a garage', () => {
		beforeEach(() => test.empty());

		const garage = () => [
			inserted(shop, aShop(), aShop({ id: ids.otherShop, code: 'OTHER' })),
			inserted(worker, aWorker(), aWorker({ id: ids.meena })),
			inserted(customer, aCustomer()),
			inserted(vehicle, aVehicle()),
		];

		it('are read by their ids as far as they exist', async () => {
			await test.write(...garage());

			const rows = await test.port.read(shop, [ids.otherShop, idOf(999), ids.shop]);

			expect(byId(rows)).toEqual([ids.shop, ids.otherShop]);
			expect(await test.port.read(shop, [])).toEqual([]);
		});

		it('are updated as a whole, nulls included', async () => {
			await test.write(...garage());
			const moved = aShop({
				lat: null,
				lng: 180,
				status: 'paused',
				pauseReason: 'Rain',
				policy: {},
			});

			await test.write(updated(shop, moved));

			expect(await test.port.read(shop, [ids.shop])).toEqual([moved]);
			expect(await test.port.read(shop, [ids.otherShop])).toMatchObject([{ status: 'active' }]);
		});

		it('are visible to their own transaction before anybody else', async () => {
			await test.write(...garage());

			const seen = await test.port.transaction(async (tx) => {
				await tx.flush([updated(shop, aShop({ name: 'Lakshmi and Sons' }))]);
				return tx.list(shop, { name: 'Lakshmi and Sons' });
			});

			expect(byId(seen)).toEqual([ids.shop]);
		});

		it('are not written when the transaction throws', async () => {
			const failing = test.port.transaction(async (tx) => {
				await tx.flush([inserted(shop, aShop())]);
				throw new Error('a bug');
			});

			await expect(failing).rejects.toThrow('a bug');
			expect(await test.port.list(shop, {})).toEqual([]);
		});

		it('are refused as a violation of the primary key when the id is taken', async () => {
			await test.write(...garage());

			const again = test.write(inserted(shop, aShop({ code: 'NEW' })));

			await expect(again).rejects.toThrow(new ConstraintViolation('shop_pkey'));
		});

		it('are not overwritten when somebody changed them since they were read', async () => {
			await test.write(...garage(), inserted(booking, aBooking({ version: 3 })));
			const stale = updated(booking, aBooking({ version: 3, rescheduleCount: 1 }));

			const refused = test.write({ ...stale, versions: [2] });

			await expect(refused).rejects.toBeInstanceOf(TryAgain);
			expect(await test.port.list(booking, {})).toMatchObject([{ rescheduleCount: 0 }]);
			await test.write({ ...stale, versions: [3] });
			expect(await test.port.list(booking, {})).toMatchObject([{ rescheduleCount: 1 }]);
		});

		describe('that are listed', () => {
			beforeEach(async () => {
				await test.write(
					...garage(),
					inserted(
						booking,
						aBooking({ id: idOf(63), code: 'AAAAA3', status: 'closed' }),
						aBooking({
							id: idOf(61),
							code: 'AAAAA1',
							status: 'cancelled',
							cancelledAt: at(1),
							cancelledBy: 'shop',
						}),
						aBooking({
							id: idOf(62),
							code: 'AAAAA2',
							preferredWorkerId: null,
							startAt: at(6),
							endAt: at(7),
						}),
					),
				);
			});

			it('have every field equal, one of several values, or null', async () => {
				const found = async (equals: Record<string, unknown>) =>
					(await test.port.list(booking, equals)).map((row) => row.id);

				expect(await found({ shopId: ids.shop, status: 'closed' })).toEqual([idOf(63)]);
				expect(await found({ status: ['closed', 'cancelled'] })).toEqual([idOf(61), idOf(63)]);
				expect(await found({ preferredWorkerId: null })).toEqual([idOf(62)]);
				expect(await found({ preferredWorkerId: [null, ids.meena] })).toEqual([idOf(62)]);
				expect(await found({ startAt: at(6), rescheduleCount: [0, 1] })).toEqual([idOf(62)]);
				expect(await found({ status: [] })).toEqual([]);
				expect(await found({ shopId: ids.otherShop })).toEqual([]);
			});

			it('come in the order of their ids', async () => {
				const rows = await test.port.list(booking, { shopId: ids.shop });

				expect(rows.map((row) => row.id)).toEqual([idOf(61), idOf(62), idOf(63)]);
			});

			it('overlap the time asked for: what only touches it does not', async () => {
				const during = async (from: number, until: number) => {
					const rows = await test.port.list(booking, {}, { from: at(from), until: at(until) });
					return rows.map((row) => row.id);
				};

				expect(await during(6.5, 6.6)).toEqual([idOf(62)]);
				expect(await during(7, 8)).toEqual([]);
				expect(await during(5.9, 6)).toEqual([]);
				expect(await during(0, 24)).toEqual([idOf(61), idOf(62), idOf(63)]);
			});

			it('can be true or false in a flag', async () => {
				await test.write(
					inserted(job, aJob({ bookingId: idOf(61) })),
					inserted(assignment, anAssignment({ overbook: true })),
				);

				expect(await test.port.list(assignment, { overbook: true })).toHaveLength(1);
				expect(await test.port.list(assignment, { overbook: false })).toEqual([]);
			});
		});
	});
});

/** So many hours into Monday, in UTC. */
function at(hours: number): string {
	return new Date(Date.parse('2026-11-23T00:00:00.000Z') + hours * 3_600_000).toISOString();
}
