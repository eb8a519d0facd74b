import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { openBooks } from '#lib/device/browser/outbox-database.ts';
import type { DeviceStore, HistoryEntry } from '#lib/device/sync/store.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { aDisk } from '#tests/support/device/phone.ts';
import { id, idOf } from '#tests/support/cast.ts';

const endedAt = '2026-11-23T04:30:00.000Z';

/** The third tap of three; ids go down as the phone's clock does when it is set back in between. */
const tap = (seq: number): HistoryEntry => ({
	...{ id: idOf(30, 10 - seq), seq, deviceId: id('device', 1), name: 'job.start', text: '' },
	...{ enqueuedAt: endedAt, status: 'applied', refusal: null, extras: null, endedAt },
	dismissed: false,
});

describe('what ended in one answer', () => {
	it.each<[string, () => Promise<Pick<DeviceStore, 'change' | 'history'>>]>([
		['in memory', async () => aDisk().open()],
		['in IndexedDB', () => openBooks('history-order', id('device', 1), schemaVersion)],
	])('is told in the order it was done, whatever the clock did, %s', async (_where, open) => {
		const store = await open();
		await store.change(() => ({ ended: [tap(2), tap(1), tap(3)] }));
		expect((await store.history(10)).map(({ seq }) => seq)).toEqual([3, 2, 1]);
	});
});
