import { describe, expect, it } from 'vitest';
import type { PendingWork } from '#lib/device/device.ts';
import { concernedBy, markFor, type Remembered } from '#lib/device/marks.ts';
import type { HistoryEntry } from '#lib/device/store.ts';
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
	about: concernedBy(entry, mutatorNamed),
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
		['recorded', 'recorded'],
		['parked', 'recorded'],
		['refused', 'refused'],
		['dropped', 'refused'],
	] as const)('of work that ended as %s is %s', (status, state) => {
		const history = [remembered(ended(2, { status })), remembered(ended(1))];
		expect(markFor(ashasBike, [], history)).toMatchObject({ state, mutation: { seq: 2 } });
	});

	it('is none where nothing was done, or what was refused has been read', () => {
		expect(markFor(id('vehicle', 99), [], [remembered(ended(1))])).toBeNull();
		const read = remembered(ended(2, { status: 'refused', dismissed: true }));
		expect(markFor(ashasBike, [], [read])).toBeNull();
	});
});
