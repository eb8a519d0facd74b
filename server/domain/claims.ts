import { assert, refuseUnless } from '#sync/core/rejection.ts';
import { localDay, type Instant } from '#sync/core/time.ts';
import type { PortTransaction, LogClaim } from '../db/port.ts';
import { device, type Device } from '../db/device.ts';
import type { UnitOfWork } from '../db/store.ts';
import { effectiveTime } from './effective-time.ts';
import type { Member, Prepared } from './prepare.ts';

/** A device sent a mutation that is not its next: something before it has not arrived. */
export class SeqGap extends Error {
	override readonly name = 'SeqGap';
	readonly expected: number;

	constructor(expected: number) {
		super(`expected ${expected}`);
		this.expected = expected;
	}
}

/**
 * A device used a number of its own for two things: somewhere there is a copy of it. Nothing from
 * there on is taken; it goes on as a device of its own.
 */
export class Forked extends Error {
	override readonly name = 'Forked';
}

/**
 * What a phone may say on one day without being asked whether it is right: reports beyond this are
 * parked and wait for a person; what no server knows yet is refused.
 */
const countedPerDayMax = 500;
const countMax = 1_000_000;
const platformZone = 'Asia/Kolkata';

/** The device of a group as the database has it, under its lock; null for REST and the clock. */
export async function deviceOf(
	tx: PortTransaction,
	group: readonly Prepared[],
): Promise<Device | null> {
	const id = group[0]?.member.device?.id;
	if (id === undefined) return null;
	const [row] = (await tx.read(device, [id])) as unknown as Device[];
	assert(row !== undefined, 'a device is made before what it sends is performed');
	// Signed off in the middle of a batch: what was done before that stays.
	refuseUnless(row.revokedAt === null, 'device_revoked');
	return row;
}

/** The group as the log will keep it, each with the time at which it was done as far as known. */
export function claimsOf(
	group: readonly Prepared[],
	from: Device | null,
	now: Instant,
): LogClaim[] {
	let lastEff = from?.lastEff ?? null;
	const emptyAt = from?.emptyAt ?? null;
	return group.map(({ member, mutator, args }) => {
		const { mutation, actor, hash } = member;
		const { effLo, eff } = effectiveTime(mutation.at, { lastEff, emptyAt }, now);
		const seq = freshSeqOf(member, from);
		// A repeat was done when it was taken first: that it comes late says nothing of what follows.
		if (seq !== null) lastEff = eff;
		return {
			id: mutation.id,
			userId: actor.userId,
			deviceId: member.device?.id ?? null,
			seq,
			name: mutation.name,
			version: mutator?.version ?? mutation.version,
			args: args ?? (member.device ? mutation.args : null),
			requestHash: hash,
			at: mutation.at.wall,
			receivedAt: now,
			effLo,
			eff,
		};
	});
}

/** A number that was consumed before is no claim: what bears it is a repeat, or a fork. */
const freshSeqOf = ({ device: from }: Member, known: Device | null): number | null =>
	from !== undefined && !isConsumed(from.seq, known) ? from.seq : null;

const isConsumed = (seq: number, known: Device | null): boolean =>
	known !== null && seq <= known.lastSeq;

/** Refuses to step over a missing mutation of a device: what it did must be applied in its order. */
export function checkSequence(group: readonly Prepared[], from: Device | null): void {
	if (from === null) return;
	let next = from.lastSeq + 1;
	for (const { member } of group) {
		const seq = member.device?.seq ?? 0;
		// Nothing of this group is applied, so it goes on from what was consumed before it.
		if (seq > next) throw new SeqGap(from.lastSeq + 1);
		next = Math.max(next, seq + 1);
	}
}

/** Under a number that was consumed before only what was consumed then may come again. */
export function refuseForks(
	group: readonly Prepared[],
	from: Device | null,
	fresh: ReadonlySet<string>,
): void {
	for (const { member } of group) {
		if (member.device === undefined || !isConsumed(member.device.seq, from)) continue;
		if (fresh.has(member.mutation.id)) throw new Forked(`${member.device.id} is two`);
	}
}

/** Remembers how far a device has been consumed, in the same transaction as what it did. */
export async function advanceDevice(
	work: UnitOfWork,
	claims: readonly LogClaim[],
	counted: number,
): Promise<void> {
	const last = claims.at(-1);
	if (!last || last.deviceId === null) return;
	const layer = work.open();
	const row = await layer.store.get(device, last.deviceId);
	const today = localDay(platformZone, last.receivedAt);
	layer.store.update(device, {
		...row,
		lastSeq: Math.max(row.lastSeq, ...claims.map((each) => each.seq ?? 0)),
		lastEff: claims.findLast((each) => each.seq !== null)?.eff ?? row.lastEff,
		reportsOn: today,
		reportsCount: Math.min(countMax, countedOn(row, today) + counted),
	});
	layer.keep();
}

/** Whether it counts for the day's limit: a report, or what may be one for all that is known here. */
export const isCounted = ({ mutator, problem }: Prepared): boolean =>
	mutator?.kind === 'report' || problem === 'unknown';

/** How many more of those this device may send today. */
export const countedLeft = (from: Device | null, now: Instant): number => {
	if (from === null) return Number.POSITIVE_INFINITY;
	const today = localDay(platformZone, now);
	return countedPerDayMax - countedOn(from, today);
};

const countedOn = ({ reportsOn, reportsCount }: Device, day: string): number =>
	reportsOn === day ? reportsCount : 0;
