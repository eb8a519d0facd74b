import { booking, type Booking } from '#sync/booking/entity.ts';
import type { AnyEntity, Row } from '#sync/core/entity.ts';
import type { KnownRows } from '#sync/core/law.ts';
import { assignment, job, type Assignment, type Job } from '#sync/job/entity.ts';
import type { WorkerTime } from '#sync/worker/entity.ts';
import { allRows } from '#server/laws/known-rows.ts';
import { aBooking, aJob, anAssignment, anId, workerIdOf } from './builders.ts';
import { monday, ravi } from './cast.ts';

export type Rows = readonly (readonly [AnyEntity, object])[];

/** Rows by entity; the same id in both states is the same row. */
export function tablesOf(rows: Rows): Map<string, Map<string, Row>> {
	const tables = new Map<string, Map<string, Row>>();
	for (const [entity, row] of rows) {
		const table = tables.get(entity.name) ?? new Map<string, Row>();
		table.set((row as Row).id, row as Row);
		tables.set(entity.name, table);
	}
	return tables;
}

export const knownOf = (rows: Rows, before: Rows | null = null): KnownRows =>
	allRows(tablesOf(rows), before && tablesOf(before));
/** As one mutation leaves it. */
export const atOnce = (rows: Rows, before: Rows): KnownRows => ({
	...knownOf(rows, before),
	single: true,
});

/** An ordinary visit in the hands of Ravi: nothing about it breaks a law. */
export function aVisit({
	visit = {},
	work = {},
	time = {},
}: {
	readonly visit?: Partial<Booking>;
	readonly work?: Partial<Job>;
	readonly time?: Partial<Assignment>;
} = {}): Rows {
	const booked = aBooking(visit);
	const job_ = aJob({ bookingId: booked.id, ...work });
	return [
		[booking, booked],
		[job, job_],
		[assignment, anAssignment({ jobId: job_.id, ...time })],
	];
}

export const aClock = (over: Partial<WorkerTime> = {}): WorkerTime => ({
	id: anId(),
	workerId: workerIdOf(ravi),
	jobId: anId(),
	kind: 'job',
	startedAt: monday,
	endedAt: null,
	...over,
});

export const received = { status: 'received', receivedAt: monday } as const;
export const begun = {
	visit: received,
	work: { status: 'in_progress', startedAt: monday },
} as const;
export const [id, other] = [anId(), anId()];
export const moved = <R extends object>(entity: AnyEntity, from: R, to: R) =>
	atOnce([[entity, to]], [[entity, from]]);
