import { beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetSnapshots, keepSnapshot, recallSnapshot } from '#lib/snapshot/snapshot.ts';
import { id, monday } from '#tests/support/cast.ts';
import { aStorage } from '#tests/support/device/storage.ts';

const asha = id('user', 11);
const ravi = id('user', 21);
const rows = [{ id: 'a' }, { id: 'b' }];

let storage: ReturnType<typeof aStorage>;
let idle: (() => void)[] = [];

beforeEach(() => {
	idle = [];
	storage = aStorage();
	vi.stubGlobal('localStorage', storage);
	vi.stubGlobal('document', new EventTarget());
	vi.stubGlobal('requestIdleCallback', (run: () => void) => idle.push(run));
});

const rest = () => idle.splice(0).forEach((run) => run());
const signIn = (owner: string) =>
	storage.setItem('moto-me', JSON.stringify({ user: { id: owner } }));
const keep = (owner: string, name = 'jobs', shown: readonly { id: string }[] = rows) => {
	signIn(owner);
	keepSnapshot(owner, name, () => ({ rows: shown, at: monday }));
};
const kept = () => storage.keys().filter((key) => key !== 'moto-me');

describe('what was shown at the last look', () => {
	it('is there at the next start, with the time of its news', () => {
		keep(asha);
		rest();

		expect(recallSnapshot(asha, 'jobs')).toEqual({ rows, at: monday });
		expect(recallSnapshot(ravi, 'jobs')).toBeNull();
	});

	it('is written once for many changes, as it is then, when there is nothing better to do', () => {
		keep(asha, 'jobs', []);
		keep(asha);
		expect(kept()).toEqual([]);
		rest();

		expect(idle).toHaveLength(0);
		expect(recallSnapshot(asha, 'jobs')?.rows).toEqual(rows);
	});

	it('is written at once when the page is put away', () => {
		keep(asha);
		document.dispatchEvent(new Event('visibilitychange'));

		expect(recallSnapshot(asha, 'jobs')?.rows).toEqual(rows);
	});

	it('is thirty rows at most, and no more than fits', () => {
		const many = Array.from({ length: 50 }, (_, index) => ({ id: `${index}` }));
		const large = Array.from({ length: 10 }, (_, index) => ({
			id: `${index}${'x'.repeat(20_000)}`,
		}));
		keep(asha, 'many', many);
		keep(asha, 'large', large);
		rest();

		expect(recallSnapshot(asha, 'many')?.rows).toEqual(many.slice(0, 30));
		expect(recallSnapshot(asha, 'large')?.rows).toEqual(large.slice(0, 2));
	});

	it('is nothing where an older version or a stranger wrote it', () => {
		storage.setItem(`moto-snapshot-${asha}-jobs`, '{"schema":0,"rows":[]}');
		storage.setItem(`moto-snapshot-${asha}-bikes`, '{"rows":');

		expect(recallSnapshot(asha, 'jobs')).toBeNull();
		expect(recallSnapshot(asha, 'bikes')).toBeNull();
	});

	it('is gone after signing out, also what was about to be written', () => {
		keep(asha);
		rest();
		keep(asha, 'bikes');
		storage.setItem(`moto-draft-${asha}-booking`, '{}');
		storage.setItem('moto-language', 'hi');

		forgetSnapshots(asha);
		rest();

		expect(kept()).toEqual(['moto-language']);
	});

	it('is not written any more when another tab signed him out', () => {
		keep(asha);
		storage.removeItem('moto-me');
		rest();

		expect(kept()).toEqual([]);
	});

	it('leaves no byte to the next person, even if nobody signed out', () => {
		keep(asha);
		rest();

		keep(ravi);
		rest();

		expect(kept()).toEqual([`moto-snapshot-${ravi}-jobs`]);
	});

	it('breaks nothing when storage is full or forbidden', () => {
		keep(asha);
		rest();
		storage.setItem = () => {
			throw new DOMException('full', 'QuotaExceededError');
		};
		keepSnapshot(asha, 'jobs', () => ({ rows: [], at: monday }));
		rest();
		expect(recallSnapshot(asha, 'jobs')).toBeNull();

		storage.getItem = () => {
			throw new DOMException('forbidden', 'SecurityError');
		};
		expect(recallSnapshot(asha, 'jobs')).toBeNull();
	});
});
