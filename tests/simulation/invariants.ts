import type { Assignment, Job } from '#sync/job/entity.ts';
import { liveAssignmentStates } from '#sync/job/states.ts';
import type { Booking } from '#sync/booking/entity.ts';
import type { Row } from '#sync/core/entity.ts';
import type { WorkerTime } from '#sync/worker/entity.ts';
import type { Device } from '#server/db/device.ts';
import type { MemoryState } from '#server/db/memory.ts';

/** A law of the garage was broken; the message says which and how. */
export class Violation extends Error {
	override readonly name = 'Violation';
}

/** Every law that must hold after every step. `before` is the state of the step before. */
export function checkSafety(state: MemoryState, before: MemoryState | null): void {
	noWorkerInTwoPlaces(state);
	oneLiveAssignmentPerJob(state);
	oneOpenClockPerWorker(state);
	partsBelongTogether(state);
	numbersOfADeviceAreContiguous(state);
	if (before) {
		onlyAllowedSteps(state, before);
		countersNeverGoBack(state, before);
		answersNeverChange(state, before);
	}
}

const rowsOf = <T>(state: MemoryState, entity: string): T[] =>
	[...(state.tables.get(entity)?.values() ?? [])] as unknown as T[];
const demand = (holds: boolean, law: string, about: unknown): void => {
	if (!holds) throw new Violation(`${law}: ${JSON.stringify(about)}`);
};
const isLive = (each: Assignment) =>
	(liveAssignmentStates as readonly string[]).includes(each.state);

function noWorkerInTwoPlaces(state: MemoryState): void {
	const live = rowsOf<Assignment>(state, 'assignment').filter((each) => isLive(each));
	for (const a of live)
		for (const b of live)
			if (a.id < b.id && a.workerId === b.workerId && !a.overbook && !b.overbook)
				demand(a.endAt <= b.startAt || b.endAt <= a.startAt, 'no worker is in two places', [a, b]);
}

function oneLiveAssignmentPerJob(state: MemoryState): void {
	const jobs = rowsOf<Assignment>(state, 'assignment')
		.filter(isLive)
		.map((each) => each.jobId);
	demand(new Set(jobs).size === jobs.length, 'one live assignment for a job', jobs);
}

function oneOpenClockPerWorker(state: MemoryState): void {
	const open = rowsOf<WorkerTime>(state, 'worker_time').filter((each) => each.endedAt === null);
	const keys = open.map((each) => `${each.workerId}/${each.kind}`);
	demand(new Set(keys).size === keys.length, 'one open clock of a kind for a worker', open);
}

function partsBelongTogether(state: MemoryState): void {
	const bookings = new Map(rowsOf<Booking>(state, 'booking').map((each) => [each.id, each]));
	for (const job of rowsOf<Job>(state, 'job'))
		demand(bookings.get(job.bookingId)?.shopId === job.shopId, 'a job is of its booking', job);
	const jobs = new Map(rowsOf<Job>(state, 'job').map((each) => [each.id, each]));
	for (const each of rowsOf<Assignment>(state, 'assignment'))
		demand(jobs.get(each.jobId)?.shopId === each.shopId, 'an assignment is of its job', each);
	for (const each of rowsOf<Assignment>(state, 'assignment').filter(
		(some) => some.state !== 'hold' && isLive(some),
	)) {
		const job = jobs.get(each.jobId);
		demand(job?.workerId === each.workerId && job.epoch === each.epoch, 'a job knows whose it is', [
			job,
			each,
		]);
	}
}

function numbersOfADeviceAreContiguous(state: MemoryState): void {
	const bySeq = Map.groupBy(
		[...state.log.values()].filter((each) => each.seq !== null),
		(each) => String(each.deviceId),
	);
	const devices = rowsOf<Device>(state, 'device');
	for (const [device, entries] of bySeq) {
		const seqs = entries.map((each) => Number(each.seq)).sort((a, b) => a - b);
		const row = devices.find((each) => each.id === device);
		const lastSeq = Number(row?.lastSeq);
		// What a phone sends again under a new id may be in the log already, under its old number.
		const renumbered = devices.filter((each) => each.browserId === row?.browserId).length > 1;
		demand(
			new Set(seqs).size === seqs.length &&
				(renumbered || seqs.every((seq, index) => seq === index + 1)),
			'a device is consumed in its order, without a gap',
			{ device, seqs },
		);
		demand(
			renumbered ? lastSeq >= Math.max(...seqs) : lastSeq === seqs.length,
			'how far a device is consumed is written down with it',
			{ device, lastSeq, seqs: seqs.length },
		);
	}
}

const bookingSteps: Readonly<Record<string, readonly string[]>> = {
	held: ['confirmed', 'received', 'expired', 'cancelled'],
	confirmed: ['received', 'cancelled', 'no_show'],
	received: ['closed'],
	no_show: ['received'],
	expired: ['confirmed'],
};
const jobSteps: Readonly<Record<string, readonly string[]>> = {
	pending: ['in_progress', 'completed'],
	in_progress: ['extra_repair_found', 'completed', 'stopped'],
	extra_repair_found: ['in_progress', 'completed', 'stopped'],
	completed: ['billed', 'in_progress'],
	stopped: ['billed'],
};

function onlyAllowedSteps(state: MemoryState, before: MemoryState): void {
	for (const [entity, steps] of [
		['booking', bookingSteps],
		['job', jobSteps],
	] as const)
		for (const row of rowsOf<Row>(state, entity)) {
			const earlier = before.tables.get(entity)?.get(row.id);
			if (!earlier || earlier['status'] === row['status']) continue;
			const allowed = steps[String(earlier['status'])] ?? [];
			demand(allowed.includes(String(row['status'])), 'states change by their edges only', {
				from: earlier['status'],
				to: row['status'],
			});
		}
}

function countersNeverGoBack(state: MemoryState, before: MemoryState): void {
	for (const [scope, v] of before.heads)
		demand((state.heads.get(scope) ?? 0) >= v, 'a counter never goes back', scope);
}

/** The answer to a mutation is given once: whoever asks again, hears the same. */
function answersNeverChange(state: MemoryState, before: MemoryState): void {
	for (const [id, entry] of before.log) {
		const now = state.log.get(id);
		// What was parked waits for just that: it ends once.
		const mayEnd = entry.status === 'parked' && now !== undefined && now.seq === entry.seq;
		demand(now === entry || mayEnd, 'an answer never changes', { id, entry });
	}
}
