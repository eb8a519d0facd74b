import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PendingWork } from '#lib/device/sync/device.ts';
import { keepWork, recallWork } from '#lib/device/live/last-look.ts';
import type { Remembered } from '#lib/device/sync/marks.ts';
import { addMs } from '#sync/core/time.ts';
import { id, monday } from '#tests/support/cast.ts';
import { aStorage } from '#tests/support/device/storage.ts';

const asha = id('user', 11);
let idle: (() => void)[] = [];

beforeEach(() => {
	idle = [];
	const storage = aStorage();
	storage.setItem('moto-me', JSON.stringify({ user: { id: asha } }));
	vi.stubGlobal('localStorage', storage);
	vi.stubGlobal('document', new EventTarget());
	vi.stubGlobal('requestIdleCallback', (run: () => void) => idle.push(run));
});

const pending = (n: number, status: PendingWork['status'] = 'queued'): PendingWork => ({
	...{ id: id('booking', n), seq: n, name: 'job.start', args: { jobId: 'j' }, kind: 'report' },
	...{ status, enqueuedAt: monday, doubt: null, about: new Set([id('booking', n), 'j']) },
});
const ended = (n: number, status: Remembered['status'] = 'applied'): Remembered => ({
	...{ id: id('booking', 500 + n), seq: n, deviceId: id('browser', 1), name: 'job.accept' },
	...{ text: '{}', enqueuedAt: monday, endedAt: addMs(monday, -n), status, dismissed: false },
	...{ refusal: status === 'refused' ? 'slot_taken' : null, extras: null, about: new Set(['j']) },
});
const keptAndRecalled = (work: Parameters<typeof keepWork>[1]) => {
	keepWork(asha, work, monday);
	idle.splice(0).forEach((run) => run());
	return recallWork(asha);
};

describe('the marks of the last look', () => {
	it('are there at the next start, with what they are about', () => {
		const work = { pending: [pending(1), pending(2, 'accepted')], history: [ended(1)] };

		expect(keptAndRecalled(work)).toEqual({ ...work, at: monday });
	});

	it('say of nothing that it is being sent: nothing is, at a start', () => {
		expect(keptAndRecalled({ pending: [pending(1, 'sending')], history: [] })?.pending).toEqual([
			pending(1),
		]);
	});

	it('hold what needs its author, however long ago that was, and the newest of the rest', () => {
		const history = Array.from({ length: 60 }, (_, n) =>
			ended(n, n === 55 ? 'refused' : 'applied'),
		);
		const recalled = keptAndRecalled({ pending: [], history })?.history ?? [];

		expect(recalled.map(({ seq }) => seq)).toEqual([...Array(14).keys(), 55]);
	});

	it('count nothing rather than wrong where too much waits', () => {
		const many = Array.from({ length: 40 }, (_, n) => pending(n));

		expect(keptAndRecalled({ pending: many, history: [] })?.pending).toEqual([]);
	});
});
