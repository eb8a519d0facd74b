import type { Law, Changed } from '#sync/core/law.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Device } from '../db/device.ts';
import type { LogClaim, LogEntry, LogOutcome, Touch } from '../db/port.ts';

/** The lines that a device's mutations have in the log, above a number. */
export type DeviceLines = {
	readonly deviceId: string;
	readonly lastSeq: number;
	/** Only lines above this number were looked at; 0: all. */
	readonly above: number;
	/**
	 * This browser is another device too, so what it sends may be in the log already, under a number
	 * of that one: then there are gaps.
	 */
	readonly renumbered: boolean;
	/** Status null: claimed, and the transaction committed without an answer. */
	readonly lines: readonly {
		readonly id: string;
		readonly seq: number;
		readonly status: string | null;
	}[];
};

export const deviceWithoutGap: Law<readonly DeviceLines[]> = {
	name: 'device_without_gap',
	number: 11,
	says: 'A device is consumed in its order, each number once, and how far is written down with it.',
	broken: (devices) =>
		devices
			.filter((each) => !isWhole(each))
			.map(({ deviceId, lastSeq, lines }) => ({
				ids: [deviceId],
				states: [`last ${lastSeq}`, `lines ${lines.length}`],
			})),
};

function isWhole({ lastSeq, above, renumbered, lines }: DeviceLines): boolean {
	const numbers = new Set(lines.map((each) => each.seq));
	const once = numbers.size === lines.length;
	const within = lines.every(({ seq }) => above < seq && seq <= lastSeq);
	return once && within && (renumbered || lines.length === Math.max(0, lastSeq - above));
}

export const lineHasAnswer: Law<readonly DeviceLines[]> = {
	name: 'line_has_answer',
	number: 8,
	says: 'What is in the log has an answer: it is claimed and answered in one transaction.',
	broken: (devices) =>
		devices.flatMap(({ lines }) =>
			lines.filter((each) => each.status === null).map(({ id }) => ({ ids: [id] })),
		),
};

/** The log before and after. */
export type Answers = {
	readonly before: ReadonlyMap<string, LogEntry>;
	readonly after: ReadonlyMap<string, LogEntry>;
};

export const answerNeverChanges: Law<Answers> = {
	name: 'answer_never_changes',
	number: 7,
	says: 'The answer to a mutation is given once; what was parked waits for just that, and ends once.',
	broken: ({ before, after }) => {
		const found = [];
		for (const [id, entry] of before) {
			const now = after.get(id);
			const mayEnd = entry.status === 'parked' && now?.seq === entry.seq;
			if (now !== entry && !mayEnd)
				found.push({ ids: [id], states: [entry.status, now?.status ?? 'none'] });
		}
		return found;
	},
};

/** Counters of scopes before and after. */
export type Counters = {
	readonly before: ReadonlyMap<Scope, number>;
	readonly after: ReadonlyMap<Scope, number>;
};

export const counterNeverFalls: Law<Counters> = {
	name: 'counter_never_falls',
	number: 27,
	says: 'The counter of a scope only rises, or a cursor would step over what comes.',
	broken: ({ before, after }) => {
		const found = [];
		for (const [scope, v] of before) {
			const now = after.get(scope) ?? 0;
			if (now < v) found.push({ ids: [scope], states: [String(v), String(now)] });
		}
		return found;
	},
};

/** What one transaction took from devices, REST or the clock, and what it answered. */
export type Taken = {
	readonly claims: readonly LogClaim[];
	/** Those of the claims that had not come before. */
	readonly fresh: ReadonlySet<string>;
	/** What was in the log, and waited there. */
	readonly parked: ReadonlySet<string>;
	readonly outcomes: readonly LogOutcome[];
	readonly touches: readonly Touch[];
	readonly heads: Readonly<Record<Scope, number>>;
	/** Each device this had to do with. */
	readonly devices: readonly Changed<Device>[];
};

export const takenInOrder: Law<Taken> = {
	name: 'taken_in_order',
	number: 11,
	says: "What is taken of a device are its next numbers, and the device's row comes along.",
	broken: ({ claims, devices }) =>
		devices.flatMap(({ before, after }) => {
			if (before === null) return [];
			const numbers = numbersOf(claims, after.id);
			const inOrder = numbers.every((seq, index) => seq === before.lastSeq + index + 1);
			if (inOrder && after.lastSeq === before.lastSeq + numbers.length) return [];
			const states = [`last ${before.lastSeq}`, `last ${after.lastSeq}`, `took ${numbers.length}`];
			return [{ ids: [after.id], states }];
		}),
};

/** A mutation that comes twice in a group has its number once. */
const numbersOf = (claims: readonly LogClaim[], deviceId: string): number[] => {
	const own = claims.filter((each) => each.deviceId === deviceId && each.seq !== null);
	const byId = new Map(own.map((each) => [each.id, each.seq as number]));
	return [...byId.values()].sort((a, b) => a - b);
};

export const answeredOnce: Law<Taken> = {
	name: 'answered_once',
	number: 7,
	says: 'A mutation is performed once: what is new is answered, and of the rest only what was parked.',
	broken: ({ fresh, parked, outcomes }) => {
		const answered = new Set(outcomes.map((each) => each.id));
		const forgotten = [...fresh].filter((id) => !answered.has(id));
		const again = outcomes.filter(({ id }) => !fresh.has(id) && !parked.has(id));
		const twice = outcomes.length - answered.size;
		return [
			...forgotten.map((id) => ({ ids: [id], states: ['none'] })),
			...again.map(({ id, status }) => ({ ids: [id], states: [status] })),
			...(twice > 0 ? [{ ids: [...answered], states: ['twice'] }] : []),
		];
	},
};

export const stampMovesWhatItTouched: Law<Taken> = {
	name: 'stamp_moves_what_it_touched',
	number: 27,
	says: 'Each scope that was touched gets a new counter, and no other does.',
	broken: ({ touches, outcomes, heads }) => {
		const touched = new Set(touches.map((each) => each.scope));
		const named = outcomes.flatMap((each) => each.scopes);
		const still = [...touched, ...named].filter((scope) => !((heads[scope] ?? 0) > 0));
		const moved = (Object.keys(heads) as Scope[]).filter((scope) => !touched.has(scope));
		return [...new Set([...still, ...moved])].map((scope) => ({ ids: [scope] }));
	},
};
