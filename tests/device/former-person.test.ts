import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ashaSignedIn } from '#tests/support/device/server.ts';
import { aTab, type Tab } from '#tests/support/device/tab.ts';

/** What the first screen needs, as a tab that was just opened has it. */
async function firstScreen() {
	vi.resetModules();
	return {
		...(await import('#lib/device/session/session.svelte.ts')),
		...(await import('#lib/device/live/last-look.ts')),
		...(await import('#lib/snapshot/snapshot.ts')),
	};
}

const userId = ashaSignedIn.user.id;
const reported: unknown[] = [];
let app: Awaited<ReturnType<typeof firstScreen>>;
let tab: Tab;
beforeEach(async () => {
	for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
	tab = aTab(reported);
	vi.stubGlobal('requestIdleCallback', (run: () => void) => queueMicrotask(run));
	app = await firstScreen();
	app.recallSession();
	await app.recallForCertain();
	await app.keepSession(ashaSignedIn);
	app.keepSnapshot(userId, 'bikes', () => ({ rows: [{ plate: 'KA51HB0011' }], at: null }));
	await Promise.resolve();
	expect(app.recallSnapshot(userId, 'bikes')?.rows).toHaveLength(1);
});
afterAll(() => vi.unstubAllGlobals());

/** What the strings of the browser were at some moment is what they are at its next start. */
async function killedWith(strings: ReadonlyMap<string, string>): Promise<void> {
	tab.local.clear();
	for (const [key, value] of strings) tab.local.set(key, value);
	app = await firstScreen();
}

describe('the first screen after a start', () => {
	it('is of nobody if the one that the strings name has left, which the disk knows', async () => {
		const before = new Map(tab.local);
		await app.forgetSession({ owner: userId, books: 'erased' }, 'left');
		await killedWith(before);

		app.recallSession();
		expect(app.session).toMatchObject({ me: null, state: 'unknown', locked: null });
		await app.recallForCertain();

		expect(app.session.me).toBeNull();
		expect([...tab.local.keys()]).not.toContain('moto-me');
	});

	it('is of the one who came last, not of the one that the strings name', async () => {
		const before = new Map(tab.local);
		const kiran = { ...ashaSignedIn, user: { ...ashaSignedIn.user, id: userId, name: 'Kiran' } };
		await app.keepSession(kiran);
		await killedWith(before);

		app.recallSession();
		expect(app.session.me).toBeNull();
		await app.recallForCertain();

		expect(app.session.me?.user.name).toBe('Kiran');
	});

	it('is his who uses the phone, once the disk says so too', async () => {
		await killedWith(new Map(tab.local));

		app.recallSession();
		await app.recallForCertain();

		expect(app.session.me?.user.id).toBe(userId);
		expect(app.recallSnapshot(userId, 'bikes')?.rows).toHaveLength(1);
	});

	it('is of nobody while the disk does not answer, until the server has said who this is', async () => {
		await killedWith(new Map(tab.local));
		vi.spyOn(indexedDB, 'open').mockImplementationOnce(() => {
			throw new DOMException('broken', 'UnknownError');
		});

		app.recallSession();
		await expect(app.recallForCertain()).rejects.toThrow('broken');
		expect(app.session.me).toBeNull();

		await app.keepSession(ashaSignedIn);
		expect(app.session.me?.user.id).toBe(userId);
	});
});
