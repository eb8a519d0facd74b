import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SyncRequest } from '#sync/protocol/sync.ts';
import type { Me } from '#lib/device/me.ts';
import { SendFailure } from '#lib/device/ports.ts';
import { customerIdOf } from '#tests/support/builders.ts';
import { asha, id } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import type { Page } from '#tests/support/device/page.svelte.ts';
import { aBike, bikeKey } from '#tests/support/device/phone.ts';

/** The parts of a browser that Node has not: storage of strings, and a tab that can be hidden. */
function aTab(): { storage: Map<string, string>; window: EventTarget } {
	const storage = new Map<string, string>();
	const area = {
		getItem: (key: string) => storage.get(key) ?? null,
		setItem: (key: string, value: string) => void storage.set(key, value),
		removeItem: (key: string) => void storage.delete(key),
	};
	const window = new EventTarget();
	vi.stubGlobal('localStorage', area);
	vi.stubGlobal('sessionStorage', area);
	vi.stubGlobal('window', window);
	vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
	vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
	return { storage, window };
}

const reported: unknown[] = [];
const me: Me = {
	user: { id: id('user', 11), name: 'Asha', phone: '+919000000101', locale: 'en' },
	roles: [{ role: 'customer', customerId: customerIdOf(asha) }],
};
let authority: Authority;
let signedIn: Me | null = me;
let unreachable = false;
/** With which headers somebody asked who he is. */
const asked: HeadersInit[] = [];

/** The server behind `fetch`. */
async function fakeFetch(path: string, init: RequestInit = {}): Promise<Response> {
	if (unreachable) throw new TypeError('fetch failed');
	const json = { 'content-type': 'application/json' };
	if (path === '/api/auth/sign-out') signedIn = null;
	if (signedIn === null) return new Response('{}', { status: 401, headers: json });
	if (path === '/api/me') {
		asked.push(init.headers ?? {});
		return Response.json(signedIn);
	}
	if (path === '/api/sync/live') return new Response(new ReadableStream());
	const answer = await authority
		.send(JSON.parse(init.body as string) as SyncRequest)
		.catch((error: unknown) => {
			if (error instanceof SendFailure) throw new TypeError('fetch failed');
			throw error;
		});
	return Response.json(answer);
}

/** The app's code as a tab that was just opened has it. */
async function loadApp() {
	vi.resetModules();
	return {
		...(await import('#lib/device/credentials.ts')),
		...(await import('#lib/device/in-use.svelte.ts')),
		...(await import('#lib/device/perform.ts')),
		...(await import('#lib/device/session.svelte.ts')),
		...(await import('#lib/device/sync-state.svelte.ts')),
		...(await import('#tests/support/device/page.svelte.ts')),
	};
}

let app: Awaited<ReturnType<typeof loadApp>>;
let tab: ReturnType<typeof aTab>;
let page: Page | null = null;
beforeEach(async () => {
	vi.spyOn(console, 'warn').mockReturnValue(undefined); // RxDB introduces itself once.
	tab = aTab();
	vi.stubGlobal('fetch', fakeFetch);
	authority = new Authority();
	authority.actor = asha;
	authority.put(bikeKey, aBike({ customerId: customerIdOf(asha) }));
	[signedIn, unreachable] = [me, false];
	reported.length = 0;
	app = await loadApp();
});
afterEach(async () => {
	page?.close();
	unreachable = false;
	await app.signOut();
	expect(reported).toEqual([]);
	for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
});
afterAll(() => vi.unstubAllGlobals());

const soon = <T>(check: () => T | Promise<T>) =>
	vi.waitFor(check, { timeout: 20_000, interval: 20 });

describe('the device in a browser', () => {
	it('shows, keeps and sends what a person does, also without network', async () => {
		const { bikes, plates } = (page = app.aPage());
		expect(bikes()).toMatchObject({ rows: [], ready: false });
		await app.start('test');
		await soon(() => expect(plates()).toEqual(['KA51HB0011']));
		expect(app.session.state).toBe('signed_in');
		await soon(() => expect(app.syncState.network).toBe('online'));

		unreachable = true;
		const bike = { registrationNumber: 'KA 51 AB 1234', make: 'Hero', model: 'Splendor' };
		const { newIds } = await app.perform('vehicle.add', { ...bike, class: 'commuter' });
		const added = { id: String(newIds[0]) };
		await soon(() => expect(plates()).toEqual(['KA51AB1234', 'KA51HB0011']));
		await soon(() => expect(app.markOf(added)).toMatchObject({ state: 'queued' }));
		await soon(() => expect(app.syncState).toMatchObject({ waiting: 1, offline: true }));

		unreachable = false;
		tab.window.dispatchEvent(new Event('online'));
		await soon(() => expect(app.syncState.waiting).toBe(0));
		// This server knows no such mutator: it is parked, and a person will look at it.
		await soon(() => expect(app.markOf(added)).toMatchObject({ state: 'recorded' }));
		expect(authority.performed).toMatchObject([{ name: 'vehicle.add', seq: 1 }]);
	});

	it('opens without network as it was left, for the person it remembers', async () => {
		await app.start('test');
		page = app.aPage();
		const { plates } = page;
		await soon(() => expect(plates()).toEqual(['KA51HB0011']));
		page.close();
		await app.inUse.device?.close();

		app = await loadApp();
		unreachable = true;
		await app.start('test');
		page = app.aPage();
		const again = page.plates;
		expect(app.session.me?.user.name).toBe('Asha');
		await soon(() => expect(again()).toEqual(['KA51HB0011']));
	});

	it('follows another tab that signs out', async () => {
		await app.start('test');
		const stored = tab.storage.get('moto-me');
		tab.storage.delete('moto-me');
		tab.window.dispatchEvent(Object.assign(new Event('storage'), { key: 'moto-me' }));

		await soon(() => expect(app.inUse.device).toBeNull());
		expect(app.session.state).toBe('signed_out');
		expect(stored).toContain('Asha');
	});

	it('marks what was refused until that was read', async () => {
		await app.start('test');
		page = app.aPage();
		authority.put(bikeKey, aBike({ retiredAt: '2026-01-01T00:00:00.000Z' }));
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
		unreachable = true;
		await app.refreshSession();
		expect(app.session.state).toBe('signed_in');

		unreachable = false;
		signedIn = null;
		await app.refreshSession();
		expect(app.session.state).toBe('signed_out');
		expect(app.inUse.device).toBeNull();
		await expect(app.perform('vehicle.add', {} as never)).rejects.toThrow('not_signed_in');
	});

	it('asks with a bearer token where the tab was given one, else with the cookie alone', async () => {
		await app.start('test');
		expect(asked.at(-1)).not.toHaveProperty('authorization');

		app.useBearer('secret');
		await app.refreshSession();
		expect(asked.at(-1)).toHaveProperty('authorization', 'Bearer secret');

		app.useBearer(null);
		await app.refreshSession();
		expect(asked.at(-1)).not.toHaveProperty('authorization');
	});

	it('keeps unsent work of a person who signs out, and deletes what the server can tell again', async () => {
		await app.start('test');
		unreachable = true;
		await app.perform('vehicle.add', {
			...{ registrationNumber: 'KA51AB1234', make: 'Hero', model: 'Splendor', class: 'commuter' },
		});
		await app.inUse.device?.device.sync();
		unreachable = false;
		authority.failure = new SendFailure('offline');
		await app.signOut();
		expect(tab.storage.has('moto-me')).toBe(false);

		const names = await Dexie.getDatabaseNames();
		expect(names).toContain(`moto-out-${me.user.id}`);
		const bikes = await new Dexie(String(names.find((each) => each.endsWith('--vehicles')))).open();
		expect(await bikes.table('docs').count()).toBe(0);
		bikes.close();
		signedIn = me;
		await app.refreshSession();
		expect(app.inUse.device?.device.pending()).toMatchObject([{ name: 'vehicle.add' }]);
	});
});
