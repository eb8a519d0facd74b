import { describe, expect, it } from 'vitest';
import { booking } from '#sync/booking/entity.ts';
import type { Row } from '#sync/core/entity.ts';
import { job } from '#sync/job/entity.ts';
import { gathered } from '#server/db/gathered.ts';
import { matches } from '#server/db/match.ts';
import type { Reads } from '#server/db/port.ts';

const table: readonly (Row & Record<string, unknown>)[] = [
	{ id: 'a', bookingId: 'x', status: 'pending' },
	{ id: 'b', bookingId: 'x', status: 'completed' },
	{ id: 'c', bookingId: 'y', status: 'pending' },
];

/** Reads of one small table, and what they were asked. */
function counted() {
	const asked: unknown[][] = [];
	const reads: Reads = {
		read: async (entity, ids) => {
			asked.push(['read', entity.name, ids]);
			return table.filter((row) => ids.includes(row.id));
		},
		list: async (entity, equals, during) => {
			asked.push(['list', entity.name, equals, ...(during ? [during] : [])]);
			return table.filter((row) => matches(row, equals, during));
		},
		entries: async () => [],
	};
	return { asked, reads: gathered(reads) };
}

describe('gathered reads', () => {
	it('ask for rows by their ids once for everybody, and each gets his own', async () => {
		const { asked, reads } = counted();
		const [both, last, none] = await Promise.all([
			reads.read(job, ['b', 'a']),
			reads.read(job, ['c', 'a']),
			reads.read(job, ['nobody']),
		]);

		expect(both.map(({ id }) => id)).toEqual(['b', 'a']);
		expect(last.map(({ id }) => id)).toEqual(['c', 'a']);
		expect(none).toEqual([]);
		expect(asked).toEqual([['read', 'job', ['b', 'a', 'c', 'nobody']]]);
	});

	it('ask for rows by one field once for everybody', async () => {
		const { asked, reads } = counted();
		const found = await Promise.all(
			['x', 'y', 'x', 'z'].map((bookingId) => reads.list(job, { bookingId })),
		);

		expect(found.map((rows) => rows.map(({ id }) => id))).toEqual([
			['a', 'b'],
			['c'],
			['a', 'b'],
			[],
		]);
		expect(asked).toEqual([['list', 'job', { bookingId: ['x', 'y', 'z'] }]]);
	});

	it('leave a single question as it was', async () => {
		const { asked, reads } = counted();
		await reads.list(job, { bookingId: 'y' });
		await reads.list(job, { bookingId: 'x', status: 'pending' });

		expect(asked).toEqual([
			['list', 'job', { bookingId: 'y' }],
			['list', 'job', { bookingId: 'x', status: 'pending' }],
		]);
	});

	it('keep entities, fields and turns apart', async () => {
		const { asked, reads } = counted();
		await Promise.all([reads.read(job, ['a']), reads.read(booking, ['a'])]);
		await reads.read(job, ['a']);

		expect(asked.map(([, name]) => name)).toEqual(['job', 'booking', 'job']);
	});

	it('tell everybody when the question failed', async () => {
		const broken = new Error('gone');
		const failing = async (): Promise<never> => Promise.reject(broken);
		const reads = gathered({ read: failing, list: failing, entries: failing });

		const ends = await Promise.allSettled([
			reads.read(job, ['a']),
			reads.read(job, ['b']),
			reads.list(job, { bookingId: 'x' }),
		]);
		expect(ends).toEqual(ends.map(() => ({ status: 'rejected', reason: broken })));
	});
});
