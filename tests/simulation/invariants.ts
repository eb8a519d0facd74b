import { breachesOf, type Breach } from '#sync/core/law.ts';
import { rowLaws } from '#sync/laws.ts';
import type { Device } from '#server/db/device.ts';
import type { MemoryState } from '#server/db/memory.ts';
import {
	answerNeverChanges,
	counterNeverFalls,
	deviceWithoutGap,
	lineHasAnswer,
	type DeviceLines,
} from '#server/laws/books.ts';
import { allRows } from '#server/laws/known-rows.ts';

/** A law of the garage was broken; the message says which and how. */
export class Violation extends Error {
	override readonly name = 'Violation';
}

/**
 * Every law that must hold after every step, about all there is. `before` is the state of the step
 * before. The same laws as the server asks after each commit (server/laws/all.ts).
 */
export function checkSafety(state: MemoryState, before: MemoryState | null): void {
	if (state === before) return;
	refuse(breachesOf(rowLaws, allRows(state.tables, before?.tables ?? null)));
	refuse(breachesOf([deviceWithoutGap, lineHasAnswer], linesOf(state)));
	if (before === null) return;
	refuse(breachesOf([counterNeverFalls], { before: before.heads, after: state.heads }));
	refuse(breachesOf([answerNeverChanges], { before: before.log, after: state.log }));
}

/** For laws of this place alone, about what no row says. */
export function demand(holds: boolean, law: string, about: unknown): void {
	if (!holds) throw new Violation(`${law}: ${JSON.stringify(about)}`);
}

function refuse([breach]: readonly Breach[]): void {
	if (breach) throw new Violation(`${breach.law}: ${JSON.stringify(breach)}`);
}

/** The whole log of each device, and of what sent something and is no device. */
function linesOf({ tables, log }: MemoryState): DeviceLines[] {
	const devices = [...(tables.get('device')?.values() ?? [])] as unknown as Device[];
	const byId = new Map(devices.map((each) => [each.id, each]));
	const byBrowser = Map.groupBy(devices, (each) => `${each.userId} ${each.browserId}`);
	const sent = [...log.values()].filter((each) => each.deviceId !== null && each.seq !== null);
	const byDevice = Map.groupBy(sent, (each) => String(each.deviceId));
	return [...new Set([...byId.keys(), ...byDevice.keys()])].map((deviceId) => {
		const row = byId.get(deviceId);
		const ofBrowser = row ? byBrowser.get(`${row.userId} ${row.browserId}`) : [];
		return {
			deviceId,
			lastSeq: row?.lastSeq ?? 0,
			above: 0,
			renumbered: (ofBrowser?.length ?? 0) > 1,
			lines: (byDevice.get(deviceId) ?? []).map(({ id, seq, status }) => ({
				id,
				seq: Number(seq),
				status,
			})),
		};
	});
}
