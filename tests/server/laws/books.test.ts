import { describe, expect, it } from 'vitest';
import type { Law } from '#sync/core/law.ts';
import { scopeOf, type Scope } from '#sync/core/scope.ts';
import type { Device } from '#server/db/device.ts';
import type { LogEntry } from '#server/db/port.ts';
import {
	answeredOnce,
	answerNeverChanges,
	counterNeverFalls,
	deviceWithoutGap,
	lineHasAnswer,
	stampMovesWhatItTouched,
	takenInOrder,
	type DeviceLines,
	type Taken,
} from '#server/laws/books.ts';
import { aClaim, anOutcome } from '#tests/support/mutations.ts';
import { idOf, ids } from '#tests/support/sample-garage.ts';

const deviceId = idOf(130);
const floor = scopeOf.floor(ids.shop);
const office = scopeOf.office(ids.shop);

const lines = (...numbers: readonly number[]): DeviceLines['lines'] =>
	numbers.map((seq, index) => ({ id: idOf(200 + index), seq, status: 'applied' }));
const aDevice = (over: Partial<DeviceLines> = {}): DeviceLines[] => [
	{ deviceId, lastSeq: 3, above: 0, renumbered: false, lines: lines(1, 2, 3), ...over },
];

const device = (lastSeq: number) => ({ id: deviceId, lastSeq }) as Device;
const aTaken = (over: Partial<Taken> = {}): Taken => ({
	claims: [aClaim()],
	fresh: new Set([aClaim().id]),
	parked: new Set(),
	outcomes: [anOutcome({ scopes: [floor] })],
	touches: [{ scope: floor, collection: 'jobs', id: ids.job, gone: null }],
	heads: { [floor]: 8 },
	devices: [{ before: device(0), after: device(1) }],
	...over,
});

const entry = (over: Partial<LogEntry> = {}): LogEntry => ({
	...aClaim(),
	...anOutcome(),
	effects: {},
	...over,
});
const logOf = (...entries: readonly LogEntry[]) => new Map(entries.map((each) => [each.id, each]));
const applied = entry();
const parked = entry({ status: 'parked' });

const two = [aClaim(), aClaim({ id: idOf(201), seq: 2 })];
const twoFresh = new Set(two.map((each) => each.id));

type Cases<Known> = readonly [law: Law<Known>, good: readonly Known[], bad: readonly Known[]];
const cases = [
	[
		deviceWithoutGap,
		[
			aDevice(),
			aDevice({ lastSeq: 0, lines: [] }),
			aDevice({ above: 2, lines: lines(3) }),
			aDevice({ renumbered: true, lines: lines(1, 3) }),
		],
		[
			aDevice({ lines: lines(1, 3) }),
			aDevice({ lines: lines(1, 2, 2) }),
			aDevice({ lines: lines(1, 2, 3, 4) }),
			aDevice({ lines: lines(1, 2) }),
			aDevice({ above: 1, lines: lines(3) }),
			aDevice({ renumbered: true, lines: lines(1, 4) }),
		],
	] satisfies Cases<readonly DeviceLines[]>,
	[
		lineHasAnswer,
		[aDevice()],
		[aDevice({ lines: [{ id: idOf(200), seq: 1, status: null }] })],
	] satisfies Cases<readonly DeviceLines[]>,
	[
		answerNeverChanges,
		[
			{ before: logOf(applied), after: logOf(applied, entry({ id: idOf(201) })) },
			{ before: logOf(parked), after: logOf(applied) },
		],
		[
			{ before: logOf(applied), after: logOf(entry({ status: 'refused' })) },
			{ before: logOf(applied), after: logOf() },
			{ before: logOf(parked), after: logOf(entry({ seq: 2 })) },
		],
	] satisfies Cases<{ before: Map<string, LogEntry>; after: Map<string, LogEntry> }>,
	[
		counterNeverFalls,
		[
			{
				before: new Map([[floor, 3]]),
				after: new Map([[floor, 3] as const, [office, 1] as const]),
			},
		],
		[
			{ before: new Map([[floor, 3]]), after: new Map([[floor, 2]]) },
			{ before: new Map([[floor, 3]]), after: new Map() },
		],
	] satisfies Cases<{ before: Map<Scope, number>; after: Map<Scope, number> }>,
	[
		takenInOrder,
		[
			aTaken(),
			aTaken({ claims: [...two, ...two], devices: [{ before: device(0), after: device(2) }] }),
			// What came before has no number of its own.
			aTaken({
				claims: [aClaim({ seq: null })],
				devices: [{ before: device(4), after: device(4) }],
			}),
			aTaken({ devices: [] }),
		],
		[
			aTaken({ devices: [{ before: device(0), after: device(0) }] }),
			aTaken({ devices: [{ before: device(1), after: device(2) }] }),
			aTaken({ claims: [aClaim({ seq: 2 })], devices: [{ before: device(0), after: device(2) }] }),
			aTaken({ claims: [], devices: [{ before: device(2), after: device(1) }] }),
		],
	] satisfies Cases<Taken>,
	[
		answeredOnce,
		[
			aTaken(),
			aTaken({ fresh: new Set(), parked: new Set([aClaim().id]) }),
			aTaken({ fresh: new Set(), outcomes: [] }),
		],
		[
			aTaken({ fresh: new Set() }),
			aTaken({ fresh: twoFresh }),
			aTaken({ outcomes: [anOutcome(), anOutcome()] }),
		],
	] satisfies Cases<Taken>,
	[
		stampMovesWhatItTouched,
		[aTaken(), aTaken({ touches: [], outcomes: [anOutcome()], heads: {} })],
		[
			aTaken({ heads: {} }),
			aTaken({ heads: { [floor]: 8, [office]: 1 } }),
			aTaken({ outcomes: [anOutcome({ scopes: [floor, office] })] }),
		],
	] satisfies Cases<Taken>,
] as const;

describe.each(cases.map(([law, good, bad]) => ({ law: law, good, bad })))(
	'the law $law.name',
	({ law, good, bad }) => {
		it('lets pass what is right', () => {
			for (const [index, known] of good.entries())
				expect(law.broken(known as never), `case ${index}`).toEqual([]);
		});

		it('names what is not', () => {
			for (const [index, known] of bad.entries())
				expect(law.broken(known as never), `case ${index}`).toHaveLength(1);
		});
	},
);
