import { describe, expect, it } from 'vitest';
import type { PendingWork } from '#lib/device/sync/device.ts';
import { concernedBy } from '#lib/device/sync/concerned.ts';
import { markFor, needsAuthor, type Remembered } from '#lib/device/sync/marks.ts';
import type { HistoryEntry } from '#lib/device/sync/store.ts';
import { addMs } from '#sync/core/time.ts';
import { ashasBike, id, monday } from '#tests/support/cast.ts';
import { mutatorNamed } from '#tests/support/device/mutators.ts';

const pending = (seq: number, status: PendingWork['status'], about = ashasBike): PendingWork => ({
	...{ id: id('grant', seq), seq, name: 'bike.rename', args: {}, kind: 'request', status },
	...{ enqueuedAt: monday, doubt: null, about: new Set([about]) },
});
const ended = (seq: number, over: Partial<HistoryEntry> = {}): HistoryEntry => ({
	...{ seq, id: id('grant', seq), name: 'shop.ask', enqueuedAt: monday, endedAt: monday },
	...{ deviceId: id('device', 1), status: 'applied', refusal: null, extras: null },
	dismissed: false,
	text: JSON.stringify({
		...{ id: id('grant', seq), name: 'shop.ask', version: 1, args: { vehicleId: ashasBike } },
		...{ base: {}, after: [], at: { wall: monday, offsetMs: null, errorMs: null } },
	}),
	...over,
});
const remembered = (entry: HistoryEntry): Remembered => ({
	...entry,
	about: concernedBy(mutatorNamed)(entry),
});

describe('the mark of a document', () => {
	it('is that of the newest pending work on it, whatever ended before', () => {
		const work = [pending(5, 'sending'), pending(6, 'queued'), pending(7, 'queued', 'another')];
		expect(markFor(ashasBike, work, [remembered(ended(4))])).toMatchObject({
			state: 'queued',
			mutation: { seq: 6 },
		});
	});

	it.each([
		['applied', 'accepted'],
		['noop', 'accepted'],
		['recorded', 'kept'],
		['parked', 'review'],
		['refused', 'refused'],
		['dropped', 'lost'],
	] as const)('of work that ended as %s is %s', (status, state) => {
		const history = [remembered(ended(2, { status })), remembered(ended(1))];
		expect(markFor(ashasBike, [], history)).toMatchObject({ state, mutation: { seq: 2 } });
	});

	it('is none where nothing was done, or what was refused has been read', () => {
		expect(markFor(id('vehicle', 99), [], [remembered(ended(1))])).toBeNull();
		const read = remembered(ended(2, { status: 'refused', dismissed: true }));
		expect(markFor(ashasBike, [], [read])).toBeNull();
	});

	it('is that of what was done before, where the last thing was taken back', () => {
		const history = [remembered(ended(2, { status: 'withdrawn' })), remembered(ended(1))];
		expect(markFor(ashasBike, [], history)).toMatchObject({
			state: 'accepted',
			mutation: { seq: 1 },
		});
	});

	it('is seen once the other side has looked at it after it was done, and not before', () => {
		const history = [remembered(ended(1, { endedAt: monday }))];
		const before = addMs(monday, -1);

		expect(markFor(ashasBike, [], history, before)).toMatchObject({ state: 'accepted' });
		expect(markFor(ashasBike, [], history, monday)).toMatchObject({ state: 'seen' });
	});

	it('is changed where it came out otherwise, whoever has seen it', () => {
		const differences = [{ field: 'startAt' as const, before: monday, after: addMs(monday, 1) }];
		const history = [remembered(ended(1, { differences }))];

		expect(markFor(ashasBike, [], history, monday)).toMatchObject({ state: 'changed' });
	});
});

describe('what needs its author', () => {
	it.each(['refused', 'dropped', 'recorded'] as const)(
		'is what was %s, until he has read it',
		(status) => {
			expect(needsAuthor(ended(1, { status }))).toBe(true);
			expect(needsAuthor(ended(1, { status, dismissed: true }))).toBe(false);
		},
	);

	it.each(['applied', 'noop', 'parked', 'withdrawn'] as const)(
		'is nothing that was %s',
		(status) => {
			expect(needsAuthor(ended(1, { status }))).toBe(false);
		},
	);

	it('is what was done differently', () => {
		const differences = [{ field: 'totalPaise' as const, before: 100, after: 200 }];

		expect(needsAuthor(ended(1, { differences }))).toBe(true);
	});
});
