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

/** A phone's reports beyond this on one day are parked, not believed. */
const reportsPerDayMax = 500;
const platformZone = 'Asia/Kolkata';

/** The device of a group as the database has it, under its lock; null for REST and the clock. */
export async function deviceOf(
	tx: PortTransaction,
	group: readonly Prepared[],
): Promise<Device | null> {
	const id = group[0]?.member.device?.id;
	if (id === undefined) return null;
	const [row] = await tx.read(device, [id]);
	return row as Device;
}

/** The group as the log will keep it, each with the time at which it was done as far as known. */
export function claimsOf(
	group: readonly Prepared[],
	from: Device | null,
	now: Instant,
): LogClaim[] {
	let lastEff = from?.lastEff ?? null;
	const emptyAt = from?.emptyAt ?? null;
	return group.map(({ member, args }) => {
		const { mutation, actor, hash } = member;
		const { effLo, eff } = effectiveTime(mutation.at, { lastEff, emptyAt }, now);
		if (from) lastEff = eff;
		return {
			id: mutation.id,
			userId: actor.userId,
			deviceId: member.device?.id ?? null,
			seq: freshSeqOf(member, from),
			name: mutation.name,
			version: mutation.version,
			args: args ?? (member.device ? mutation.args : null),
			requestHash: hash,
			at: mutation.at.wall,
			receivedAt: now,
			effLo,
			eff,
		};
	});
}

/**
 * A number that was consumed before is left out: the log may have it under another id, if a phone
 * came back from a backup of its own and counted on from there. What it did since is work all the
 * same.
 */
function freshSeqOf({ device: from }: Member, known: Device | null): number | null {
	if (from === undefined) return null;
	return known !== null && from.seq <= known.lastSeq ? null : from.seq;
}

/** Refuses to step over a missing mutation of a device: what it did must be applied in its order. */
export function checkSequence(claims: readonly LogClaim[], from: Device | null): void {
	if (from === null) return;
	let next = from.lastSeq + 1;
	for (const { seq } of claims) {
		if (seq === null || seq < next) continue;
		if (seq > next) throw new SeqGap(next);
		next += 1;
	}
}

/** Remembers how far a device has been consumed, in the same transaction as what it did. */
export async function advanceDevice(
	work: UnitOfWork,
	claims: readonly LogClaim[],
	reports: number,
): Promise<void> {
	const last = claims.at(-1);
	if (!last || last.deviceId === null) return;
	const layer = work.open();
	const row = await layer.store.get(device, last.deviceId);
	const today = localDay(platformZone, last.receivedAt);
	layer.store.update(device, {
		...row,
		lastSeq: Math.max(row.lastSeq, last.seq ?? 0),
		lastEff: last.eff,
		reportsOn: today,
		reportsCount: (row.reportsOn === today ? row.reportsCount : 0) + reports,
	});
	layer.keep();
}

/** How many more reports of this device are believed today. */
export const reportsLeft = (from: Device | null, now: Instant): number => {
	if (from === null) return Number.POSITIVE_INFINITY;
	const today = localDay(platformZone, now);
	return reportsPerDayMax - (from.reportsOn === today ? from.reportsCount : 0);
};
