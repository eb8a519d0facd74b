import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { schemaVersion } from '#sync/protocol/version.ts';
import { outboxName } from '#lib/device/browser/names.ts';
import { openBooks, type SacredStore } from '#lib/device/browser/outbox-database.ts';
import { id } from '#tests/support/cast.ts';
import { aDisk } from '#tests/support/device/phone.ts';

const open: SacredStore[] = [];
let databases = 0;
afterEach(async () => {
	for (const store of open.splice(0)) await store.close();
});

/** Both kinds of books, opened again as often as a test likes. */
const kinds = {
	memory: () => {
		const disk = aDisk();
		return async () => disk.open() as SacredStore;
	},
	dexie: () => {
		const name = outboxName(`test-${(databases += 1)}`);
		return async () => {
			const store = await openBooks(name, id('device', 1), schemaVersion);
			open.push(store);
			return store;
		};
	},
};
const entry = (n: number) => ({
	id: id('grant', n),
	name: 'bike.rename',
	text: `{"n":${n}}`,
	enqueuedAt: '2026-11-23T04:30:00.000Z',
});
const ack = (n: number) => ({
	id: id('grant', n),
	seq: n,
	status: 'applied' as const,
	effects: {},
});
const ending = (n: number, endedAt: string) => ({
	...entry(n),
	...{ seq: n, deviceId: id('device', 1), status: 'applied' as const, refusal: null, extras: null },
	...{ endedAt, dismissed: false },
});

describe.each(Object.entries(kinds))('the books in %s', (_kind, create) => {
	it('number work from 1 without a hole, whoever adds it at the same moment', async () => {
		const reopen = create();
		const [tab, otherTab] = [await reopen(), await reopen()];

		await Promise.all([1, 2, 3, 4, 5, 6].map((n) => (n % 2 ? tab : otherTab).append(entry(n))));

		const { outbox, device } = await tab.books();
		expect(outbox.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
		expect(device.nextSeq).toBe(7);
	});

	it('have everything that was awaited when they are opened again', async () => {
		const reopen = create();
		const before = await reopen();
		await before.append(entry(1));
		await before.append(entry(2));
		await before.change(({ place }) => ({ place: { ...place, cursors: { 'customer:1': 7 } } }));

		const after = await (await reopen()).books();

		expect(after.outbox).toEqual([
			{ ...entry(1), seq: 1, ack: null },
			{ ...entry(2), seq: 2, ack: null },
		]);
		expect(after.place.cursors).toEqual({ 'customer:1': 7 });
	});

	it('move settled work to the history and give it back', async () => {
		const store = await create()();
		const [first, second] = [await store.append(entry(1)), await store.append(entry(2))];

		await store.change(() => ({
			outbox: [{ ...second, ack: ack(2) }],
			ended: [ending(1, '2026-11-23T05:00:00.000Z')],
		}));
		expect((await store.books()).outbox).toEqual([{ ...second, ack: ack(2) }]);
		expect((await store.history(10)).map(({ id }) => id)).toEqual([first.id]);

		await store.change(({ outbox }) => ({ outbox: [first, ...outbox], reoffered: [first.id] }));
		expect((await store.books()).outbox.map(({ seq }) => seq)).toEqual([1, 2]);
		expect(await store.history(10)).toEqual([]);
	});

	it('keep the history newest first, and forget what is too old', async () => {
		const store = await create()();
		const ended = [3, 1, 2].map((n) => ending(n, `2026-11-2${n}T05:00:00.000Z`));

		await store.change(() => ({ ended }));
		expect((await store.history(2)).map(({ seq }) => seq)).toEqual([3, 2]);

		await store.change(() => ({ forgetBefore: '2026-11-22T05:00:00.000Z' }));
		expect((await store.history(9)).map(({ seq }) => seq)).toEqual([3, 2]);
	});

	it('remember that a refusal was read', async () => {
		const store = await create()();
		await store.change(() => ({ ended: [ending(1, '2026-11-23T05:00:00.000Z')] }));

		await store.dismiss(id('grant', 1));

		expect(await store.history(1)).toMatchObject([{ dismissed: true }]);
	});

	it('change nothing at all when a change throws halfway', async () => {
		const store = await create()();
		await store.append(entry(1));

		const failing = store.change(() => {
			throw new Error('a bug');
		});

		await expect(failing).rejects.toThrow('a bug');
		expect((await store.books()).outbox).toHaveLength(1);
	});
});

describe('the outbox database', () => {
	it('asks the disk to have every write before it counts as done', async () => {
		const asked = vi.spyOn(IDBDatabase.prototype, 'transaction');
		const store = await kinds.dexie()();

		await store.append(entry(1));
		await store.change(({ outbox }) => ({ outbox }));

		const writes = asked.mock.calls.filter(([, mode]) => mode === 'readwrite');
		expect(writes.length).toBeGreaterThan(1);
		for (const [, , options] of writes) expect(options).toEqual({ durability: 'strict' });
	});

	it('uses no number up for work that could not be written', async () => {
		const store = await kinds.dexie()();
		await store.append(entry(1));

		const unstorable = { ...entry(2), text: (() => 'no') as unknown as string };
		await expect(store.append(unstorable)).rejects.toThrow();

		expect(await store.append(entry(3))).toMatchObject({ seq: 2 });
	});
});
