import { describe, expect, it } from 'vitest';
import type { Ack } from '#sync/protocol/sync.ts';
import { disagrees, reofferFrom, settle } from '#lib/device/sync/settle.ts';
import {
	freshBooks,
	type Books,
	type HistoryEntry,
	type OutboxRow,
} from '#lib/device/sync/store.ts';
import { id, monday } from '#tests/support/cast.ts';

const row = (seq: number, ack: Ack | null = null): OutboxRow => ({
	...{ seq, id: id('grant', seq), name: 'bike.rename', text: '{}', enqueuedAt: monday, ack },
});
const ack = (seq: number, rest: Partial<Ack> = {}): Ack => ({
	...{ id: id('grant', seq), seq, status: 'applied', effects: {} },
	...rest,
});
const ended = (seq: number): HistoryEntry => ({
	...{ seq, id: id('grant', seq), name: 'bike.rename', text: '{}', enqueuedAt: monday },
	...{ deviceId: id('device', 1), status: 'applied', refusal: null, extras: null },
	...{ endedAt: monday, dismissed: false },
});
const books = (nextSeq: number, outbox: readonly OutboxRow[]): Books => ({
	...freshBooks(id('device', 1), 1),
	device: { id: id('device', 1), nextSeq },
	outbox,
});

const upTo = (cursors: Readonly<Record<string, number>>) => ({ cursors, all: false });
const allTo = (cursors: Readonly<Record<string, number>>) => ({ cursors, all: true });

describe('a mutation is settled', () => {
	const waits = ack(1, { effects: { 'shop:1:floor': 5, 'customer:1': 9 } });

	it('when every scope it moved has been read that far', () => {
		const state = books(2, [row(1)]);

		const early = settle(state, [waits], allTo({ 'shop:1:floor': 5, 'customer:1': 8 }), monday);
		expect(early.outbox).toEqual([row(1, waits)]);
		expect(early.ended).toEqual([]);

		const later = { ...state, outbox: early.outbox };
		const settled = settle(later, [], allTo({ 'shop:1:floor': 5, 'customer:1': 9 }), monday);
		expect(settled.outbox).toEqual([]);
		expect(settled.ended).toMatchObject([{ id: row(1).id, status: 'applied' }]);
	});

	it('without waiting for a scope that this phone does not follow', () => {
		const { outbox } = settle(books(2, [row(1)]), [waits], allTo({ 'customer:1': 9 }), monday);
		expect(outbox).toEqual([]);
	});

	it('not while there is more: what it changed may have been changed again, and comes later', () => {
		const read = { 'shop:1:floor': 5, 'customer:1': 9 };
		const early = settle(books(2, [row(1)]), [waits], upTo(read), monday);
		expect(early.outbox).toEqual([row(1, waits)]);
	});

	it('not while everything is being read again', () => {
		const { outbox } = settle(books(2, [row(1)]), [waits], { cursors: null, all: false }, monday);
		expect(outbox).toEqual([row(1, waits)]);
	});

	it('at once when it is refused, with the reason and what goes with it', () => {
		const refused = ack(1, {
			...{ status: 'refused', refusal: 'slot_taken', extras: { alternatives: [] } },
			effects: { 'customer:1': 99 },
		});

		const { outbox, ended } = settle(
			books(2, [row(1)]),
			[refused],
			upTo({ 'customer:1': 1 }),
			monday,
		);

		expect(outbox).toEqual([]);
		expect(ended).toMatchObject([
			{ status: 'refused', refusal: 'slot_taken', extras: { alternatives: [] } },
		]);
	});

	it('when all is read, if it changed nothing: what others did before it may still come', () => {
		const noop = ack(1, { status: 'noop' });

		const early = settle(books(2, [row(1)]), [noop], upTo({ 'customer:1': 9 }), monday);
		expect(early.outbox).toEqual([row(1, noop)]);

		const rest = { ...books(2, []), outbox: early.outbox };
		const settled = settle(rest, [], allTo({ 'customer:1': 9 }), monday);
		expect(settled.ended).toMatchObject([{ id: row(1).id, status: 'noop' }]);
	});

	it.each(['recorded', 'parked'] as const)('at once when it is only %s', (status) => {
		const kept = ack(1, { status, effects: { 'customer:1': 99 } });
		const { ended } = settle(books(2, [row(1)]), [kept], upTo({ 'customer:1': 1 }), monday);
		expect(ended).toMatchObject([{ status }]);
	});

	it('by its number, for the server may not have been able to read its id', () => {
		const unread = { ...ack(1), id: id('grant', 77), status: 'refused' as const };
		const { ended } = settle(books(2, [row(1)]), [unread], upTo({}), monday);
		expect(ended).toMatchObject([{ id: row(1).id }]);
	});

	it('apart from its neighbours', () => {
		const { outbox, ended } = settle(
			books(4, [row(1), row(2), row(3)]),
			[waits, ack(2, { status: 'noop' })],
			{ cursors: { 'customer:1': 1 }, all: true },
			monday,
		);
		expect(outbox.map(({ seq }) => seq)).toEqual([1, 3]);
		expect(ended.map(({ seq }) => seq)).toEqual([2]);
	});
});

describe('what a server waits for next', () => {
	it('agrees with a phone whose rest is not answered yet', () => {
		expect(disagrees(books(4, [row(2, ack(2)), row(3)]), 3)).toBe(false);
		expect(disagrees(books(4, []), 4)).toBe(false);
	});

	it('brings back what it forgot, settled or not', () => {
		const state = books(5, [row(3, ack(3)), row(4)]);
		expect(disagrees(state, 2)).toBe(true);

		const { outbox, ids, device } = reofferFrom(state, [ended(2), ended(1)], 2);

		expect(outbox).toEqual([{ ...row(2), ended: ended(2) }, row(3), row(4)]);
		expect(ids).toEqual([ended(2).id]);
		expect(device).toEqual(state.device);
	});

	it('has what was taken back only once, whether that had been sent or not', () => {
		const unsent = { ...row(2), withdrawn: true as const };
		const takenBack = [2, 1].map((seq) => ({ ...ended(seq), status: 'withdrawn' as const }));

		const { outbox, ids, device } = reofferFrom(books(3, [unsent]), takenBack, 1);

		expect(outbox).toEqual([{ ...row(1), withdrawn: true }, unsent]);
		expect(ids).toEqual([]);
		expect(device).toEqual({ id: id('device', 1), nextSeq: 3 });
	});

	it('leaves another device and another data set of long ago alone', () => {
		const other = { ...ended(2), deviceId: id('device', 2) };
		const dropped = { ...ended(3), status: 'dropped' as const };
		const { outbox } = reofferFrom(books(3, []), [other, dropped], 1);
		expect(outbox).toEqual([]);
	});

	it('cannot be given what is kept nowhere: then a new device begins at 1', () => {
		const { device } = reofferFrom(books(5, [row(4)]), [ended(3)], 2);
		expect(device).toBeNull();
	});

	it('is simply taken over when there is nothing to give', () => {
		const { device } = reofferFrom(books(5, []), [], 2);
		expect(device).toEqual({ id: id('device', 1), nextSeq: 2 });
	});

	it('may not be more than the phone ever sent: it was copied, and begins anew', () => {
		const state = books(3, [row(2)]);
		expect(disagrees(state, 7)).toBe(true);
		expect(reofferFrom(state, [], 7).device).toBeNull();
	});
});
