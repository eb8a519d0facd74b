import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { id } from '#tests/support/cast.ts';
import type { Page } from '#tests/support/device/page.svelte.ts';
import { aBike, bikeKey } from '#tests/support/device/phone.ts';
import { ashaSignedIn, PhoneServer } from '#tests/support/device/server.ts';
import { aTab, type Tab } from '#tests/support/device/tab.ts';

/** The app's code as a tab that was just opened has it. */
async function loadApp() {
	vi.resetModules();
	return {
		...(await import('#lib/device/browser/credentials.ts')),
		...(await import('#lib/device/running/in-use.svelte.ts')),
		...(await import('#lib/device/live/perform.ts')),
		...(await import('#lib/device/session/session.svelte.ts')),
		...(await import('#lib/device/session/start.ts')),
		...(await import('#lib/device/running/storage-health.svelte.ts')),
		...(await import('#lib/device/live/sync-state.svelte.ts')),
		...(await import('#tests/support/device/page.svelte.ts')),
	};
}

const reported: unknown[] = [];
let app: Awaited<ReturnType<typeof loadApp>>;
let server: PhoneServer;
let tab: Tab;
let page: Page | null = null;
beforeEach(async () => {
	vi.spyOn(console, 'warn').mockReturnValue(undefined); // RxDB introduces itself once.
	tab = aTab(reported);
	server = new PhoneServer();
	vi.stubGlobal('fetch', server.fetch);
	reported.length = 0;
	app = await loadApp();
});
afterEach(async () => {
	page?.close();
	page = null;
	server.unreachable = false;
	await app.signOut('discarded');
	expect(reported).toEqual([]);
	for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
});
afterAll(() => vi.unstubAllGlobals());

const soon = <T>(check: () => T | Promise<T>) =>
	vi.waitFor(check, { timeout: 20_000, interval: 20 });
const bike = { make: 'Hero', model: 'Splendor', class: 'commuter' } as const;
const addBike = () => app.perform('vehicle.add', { registrationNumber: 'KA 51 AB 1234', ...bike });
/** The browser is closed and opened again. */
async function restart(): Promise<void> {
	await app.inUse.device?.close();
	tab.reopen();
	app = await loadApp();
	await app.start('test');
}

describe('the device in a browser', () => {
	it('takes a tap that comes while the app starts: it waits for the database', async () => {
		await app.start('test');
		await app.inUse.device?.close();
		tab.reopen();
		app = await loadApp();
		const starting = app.start('test');

		expect((await addBike()).newIds).not.toHaveLength(0);
		await starting;
	});

	it('shows, keeps and sends what a person does, also without network', async () => {
		const { bikes, plates } = (page = app.aPage());
		expect(bikes()).toMatchObject({ rows: [], ready: false });
		await app.start('test');
		await soon(() => expect(plates()).toEqual(['KA51HB0011']));
		expect(app.session.state).toBe('signed_in');
		await soon(() => expect(app.syncState.network).toBe('online'));

		server.unreachable = true;
		const { newIds } = await addBike();
		const added = { id: String(newIds[0]) };
		await soon(() => expect(plates()).toEqual(['KA51AB1234', 'KA51HB0011']));
		await soon(() => expect(app.markOf(added)).toMatchObject({ state: 'queued' }));
		await soon(() => expect(app.syncState).toMatchObject({ waiting: 1, offline: true }));

		server.unreachable = false;
		tab.window.dispatchEvent(new Event('online'));
		await soon(() => expect(app.syncState.waiting).toBe(0));
		// This server knows no such mutator: it is parked, and a person will look at it.
		await soon(() => expect(app.markOf(added)).toMatchObject({ state: 'review' }));
		expect(server.authority.performed).toMatchObject([{ name: 'vehicle.add', seq: 1 }]);
	});

	it('opens without network as it was left, for the person it remembers', async () => {
		await app.start('test');
		page = app.aPage();
		const { plates } = page;
		await soon(() => expect(plates()).toEqual(['KA51HB0011']));
		page.close();

		server.unreachable = true;
		await restart();
		page = app.aPage();
		const again = page.plates;
		expect(app.session.me?.user.name).toBe('Asha');
		await soon(() => expect(again()).toEqual(['KA51HB0011']));
	});

	it('opens for the person whose sign-in a killed browser had not written down yet', async () => {
		await app.start('test');
		tab.local.delete('moto-me');

		server.unreachable = true;
		await restart();

		expect(app.session.me?.user.name).toBe('Asha');
		expect(app.inUse.device?.owner).toBe(ashaSignedIn.user.id);
	});

	it('follows another tab that signs out', async () => {
		await app.start('test');
		const stored = tab.local.get('moto-me');
		tab.local.delete('moto-me');
		tab.window.dispatchEvent(Object.assign(new Event('storage'), { key: 'moto-me' }));

		await soon(() => expect(app.inUse.device).toBeNull());
		expect(app.session.state).toBe('signed_out');
		expect(stored).toContain('Asha');
	});

	it('marks what was refused until that was read', async () => {
		await app.start('test');
		page = app.aPage();
		server.authority.put(bikeKey, aBike({ retiredAt: '2026-01-01T00:00:00.000Z' }));
		const open = app.inUse.device!;
		const refused = { id: id('grant', 1), seq: 9, deviceId: id('device', 1), name: 'job.accept' };
		const text = JSON.stringify({
			...{ id: refused.id, name: refused.name, version: 1, args: { jobId: id('hours', 3) } },
			...{
				base: {},
				after: [],
				at: { wall: '2026-11-23T04:30:00.000Z', offsetMs: null, errorMs: null },
			},
		});
		await open.store.change(() => ({
			ended: [
				{
					...{ ...refused, text, enqueuedAt: '2026-11-23T04:30:00.000Z', dismissed: false },
					...{ status: 'refused', refusal: 'already_taken', extras: null },
					endedAt: '2026-11-23T04:30:00.000Z',
				},
			],
		}));
		await open.device.sync();
		const job = { id: id('hours', 3) };
		await soon(() => expect(app.syncState.needsYou).toHaveLength(1));
		expect(app.markOf(job)).toMatchObject({
			state: 'refused',
			mutation: { refusal: 'already_taken' },
		});

		await app.dismiss(refused.id);
		await soon(() => expect(app.syncState.needsYou).toEqual([]));
		expect(app.markOf(job)).toBeNull();
	});

	it('signs out only when the server clearly says so', async () => {
		await app.start('test');
		server.unreachable = true;
		await app.refreshSession();
		expect(app.session.state).toBe('signed_in');

		server.unreachable = false;
		server.signedIn = null;
		await app.refreshSession();
		expect(app.session.state).toBe('signed_out');
		expect(app.inUse.device).toBeNull();
		await expect(app.perform('vehicle.add', {} as never)).rejects.toThrow('not_signed_in');
	});

	it('asks with a bearer token where the tab was given one, else with the cookie alone', async () => {
		const asked = () => server.asked.findLast(({ path }) => path === '/api/me')?.headers;
		await app.start('test');
		expect(asked()).not.toHaveProperty('authorization');

		app.useBearer('secret');
		await app.refreshSession();
		expect(asked()).toHaveProperty('authorization', 'Bearer secret');

		app.useBearer(null);
		await app.refreshSession();
		expect(asked()).not.toHaveProperty('authorization');
	});
});

describe('a phone without a word from the server', () => {
	const days = (count: number) => count * 86_400_000;
	const now = Date.parse('2026-11-23T04:30:00.000Z');
	/** Days later by the phone's clock. */
	const at = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: now + ms });
	beforeEach(() => void at(0));
	afterEach(() => void vi.useRealTimers());

	it('shows nothing after its grace, keeps what was done, and goes on after an answer', async () => {
		await app.start('test');
		await soon(() => expect(app.syncState).toBeDefined());
		await app.inUse.device?.device.sync();
		server.unreachable = true;
		await addBike();

		at(days(29));
		await restart();
		expect(app.session.state).toBe('signed_in');
		at(days(31));
		await restart();
		expect(app.session).toMatchObject({ state: 'locked', me: null });
		expect(app.session.locked?.user.name).toBe('Asha');
		expect(app.inUse.device).toBeNull();
		await expect(addBike()).rejects.toThrow('not_signed_in');

		at(days(1)); // Somebody sets the clock back.
		await restart();
		expect(app.session.state).toBe('locked');

		server.unreachable = false;
		tab.window.dispatchEvent(new Event('online'));
		await soon(() => expect(app.session.state).toBe('signed_in'));
		await soon(() => expect(server.authority.performed).toHaveLength(1));
	});
});

describe('the storage of a browser', () => {
	it('that was cleared is told of, until that was read', async () => {
		await app.start('test');
		await app.inUse.device?.device.sync();
		server.unreachable = true;
		await addBike();
		await addBike().catch(() => undefined);
		const waiting = await app.unsent();
		await soon(() => expect(tab.cookies.get('moto-kept')).toMatch(new RegExp(`\\.${waiting}$`)));
		await app.inUse.device?.close();

		// A browser that needs room throws away the databases and the strings of a site together.
		for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
		const browserId = tab.local.get('moto-browser');
		tab.local.clear();
		server.unreachable = false;
		tab.reopen();
		app = await loadApp();
		await app.start('test');

		await soon(() => expect(app.storage.lost).toEqual({ count: waiting, lastContact: null }));
		expect(tab.local.get('moto-browser')).toBe(browserId);
		await app.dismissLost();
		await restart();
		await app.inUse.device?.device.sync();
		expect(app.storage.lost).toBeNull();
	});

	it('is asked to stay when a worker signs in, and says when it is nearly full', async () => {
		const storage = {
			isKept: false,
			persisted: async () => storage.isKept,
			persist: async () => (storage.isKept = true),
			estimate: async () => ({ quota: 100 * 1024 * 1024, usage: 60 * 1024 * 1024 }),
		};
		vi.stubGlobal('navigator', { ...navigator, locks: navigator.locks, storage });
		await app.start('test');
		await soon(() => expect(app.storage).toMatchObject({ persisted: false, freeMb: 40 }));
		expect(app.storage.nearlyFull).toBe(true);

		server.signedIn = { ...ashaSignedIn, user: { ...ashaSignedIn.user, id: id('user', 77) } };
		server.signedIn = {
			...server.signedIn,
			roles: [{ role: 'worker', workerId: id('worker', 1) }],
		};
		await app.refreshSession();
		await soon(() => expect(app.storage.persisted).toBe(true));
	});
});
