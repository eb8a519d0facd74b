import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SyncRequest } from '#sync/protocol/sync.ts';
import { id } from '#tests/support/cast.ts';
import { everyByte } from '#tests/support/device/bytes.ts';
import { ashaSignedIn, PhoneServer } from '#tests/support/device/server.ts';
import { aTab, type Tab } from '#tests/support/device/tab.ts';

/** The app's code as a tab that was just opened has it. */
async function loadApp() {
	vi.resetModules();
	return {
		...(await import('#lib/device/browser/browser-http.ts')),
		...(await import('#lib/device/running/in-use.svelte.ts')),
		...(await import('#lib/device/live/perform.ts')),
		...(await import('#lib/device/session/session.svelte.ts')),
		...(await import('#lib/device/session/start.ts')),
	};
}

let app: Awaited<ReturnType<typeof loadApp>>;
let server: PhoneServer;
let tab: Tab;
const reported: unknown[] = [];

beforeEach(async () => {
	vi.spyOn(console, 'warn').mockReturnValue(undefined); // RxDB introduces itself once.
	reported.length = 0;
	tab = aTab(reported);
	server = new PhoneServer();
	vi.stubGlobal('fetch', server.fetch);
	app = await loadApp();
	await app.start('test');
	await app.inUse.device!.device.sync();
	await vi.waitFor(async () => {
		expect(await app.inUse.device!.store.tables.meta.get('sealKey')).toBeDefined();
	});
});
afterEach(async () => {
	vi.restoreAllMocks();
	server.unreachable = true;
	await app.inUse.device?.close();
	for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
});
afterAll(() => vi.unstubAllGlobals());

const bike = { make: 'Hero', model: 'Splendor', class: 'commuter' } as const;
const addBike = () => app.perform('vehicle.add', { registrationNumber: 'KA51AB9876', ...bike });
/** Not a byte of it lies in this browser, or soon none will. */
const gone = (text: string) =>
	vi.waitFor(async () => expect((await everyByte()).includes(text)).toBe(false), 20_000);
const passing = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const cellular = { type: 'cellular' };
const wall = (status: number): Response =>
	new Response('<html>Welcome to Hotel Ganga</html>', {
		status,
		headers: { 'content-type': 'text/html' },
	});

describe('a phone that was signed off', () => {
	it('does not hammer the server while it cannot seal its work', async () => {
		server.unreachable = true;
		await addBike();
		await app.inUse.device!.device.sync();
		const full = new DOMException('no room', 'QuotaExceededError');
		// The disk is full, say.
		vi.spyOn(crypto.subtle, 'encrypt').mockRejectedValue(full);
		const { device } = await app.inUse.device!.store.books();
		server.signOff(device.id);
		server.unreachable = false;
		server.asked.length = 0;

		await app.refreshSession().catch(() => undefined);
		await passing(3_000);
		console.info(`requests in three seconds: ${server.asked.length}`);
		expect(server.asked.length).toBeLessThan(20);

		vi.mocked(crypto.subtle.encrypt).mockRestore(); // There is room again at the next start.
		await app.inUse.device?.close();
		tab.reopen();
		app = await loadApp();
		await app.start('test');
		await gone('KA51AB9876');
		await app.http('/api/auth/phone-number/verify', { method: 'POST' });
		await app.refreshSession();
		await app.inUse.device!.device.sync();
		expect(server.authority.performed).toHaveLength(1);
	});

	it('is erased while somebody else uses it, who stays', async () => {
		const { device } = await app.inUse.device!.store.books();
		const other = { ...ashaSignedIn, user: { ...ashaSignedIn.user, id: id('user', 77) } };
		server.signedIn = other;
		await app.refreshSession();
		expect(app.inUse.device!.owner).toBe(other.user.id);
		server.revoked.add(device.id);

		await app.refreshSession();
		await gone(ashaSignedIn.user.id);
		expect(app.session.me?.user.id).toBe(other.user.id);
		expect(app.inUse.device!.owner).toBe(other.user.id);
	});

	it.each(['a minute', 'network', 'a start'])(
		'is erased although the one question about that got lost, after %s',
		async (what) => {
			const { device } = await app.inUse.device!.store.books();
			await app.inUse.device!.close();
			server.signOff(device.id);
			const cutOff = async (path: string, init: RequestInit = {}) => {
				if (path.endsWith('/standing')) throw new TypeError('fetch failed');
				return server.fetch(path, init);
			};
			vi.stubGlobal('fetch', cutOff);
			const ticking = vi.spyOn(globalThis, 'setInterval');
			tab.reopen();
			app = await loadApp();
			await app.start('test');
			expect(app.session.state).toBe('signed_out');
			const [tick] = ticking.mock.calls.find(([, ms]) => ms === 60_000)!;
			await passing(100); // It has asked once more, and in vain.

			vi.stubGlobal('fetch', server.fetch);
			if (what === 'a minute') tick();
			else if (what === 'network') tab.window.dispatchEvent(new Event('online'));
			else {
				tab.reopen();
				app = await loadApp();
				await app.start('test');
			}
			await gone('KA51HB0011');
			expect(app.session.isRevoked).toBe(true);
		},
	);

	it('is erased after it had lain without network beyond its grace', async () => {
		const { device } = await app.inUse.device!.store.books();
		await app.inUse.device!.close();
		const { writePhone } = await import('#lib/device/browser/phone-database.ts');
		const at = '2020-01-01T00:00:00.000Z';
		const newest = '2026-12-31T00:00:00.000Z';
		const contact = { at, newest, offsetMs: 0 };
		await writePhone({ contact });
		tab.local.set('moto-contact', JSON.stringify(contact));
		server.signOff(device.id);
		tab.reopen();
		app = await loadApp();
		await app.start('test');
		await gone('KA51HB0011');
	});
});

describe('signing out', () => {
	it('gives all work back to who sealed it after his phone had become another device', async () => {
		server.unreachable = true;
		await addBike();
		await app.inUse.device!.device.sync();
		server.unreachable = false;
		const { send } = server.authority;
		vi.spyOn(server.authority, 'send').mockImplementationOnce(async (request) => ({
			...(await send({ ...request, mutations: [] })),
			forked: true,
		}));
		const { device: before } = await app.inUse.device!.store.books();
		server.authority.deaf = true; // It tells its documents and takes nothing.
		await app.inUse.device!.device.sync();
		const { device: since } = await app.inUse.device!.store.books();
		expect(since.id).not.toBe(before.id);
		expect(server.keys.has(since.id)).toBe(true);
		expect(await app.signOut('sealed')).toEqual({ done: true });

		server.authority.deaf = false;
		await app.http('/api/auth/phone-number/verify', { method: 'POST' });
		await app.refreshSession();
		await app.inUse.device!.device.sync();
		expect(server.authority.performed).toHaveLength(1);
	});

	it('does not give up photos that wait without saying so', async () => {
		server.unreachable = true;
		await app.inUse.device!.store.photos.keep(new Blob(['a photo'], { type: 'image/png' }));
		expect(await app.unsent()).toBe(1);
		expect(await app.signOut('sent')).toEqual({ done: false, unsent: 1 });
		expect(await app.inUse.device!.store.photos.waiting()).toBe(1);
	});

	it('sends photos first when they can be sent, whatever the network costs', async () => {
		tab.local.set('moto-photos-wifi-only', 'yes');
		vi.stubGlobal('navigator', { ...navigator, locks: navigator.locks, connection: cellular });
		const uploaded: string[] = [];
		const withPhotos = async (path: string, init: RequestInit = {}) => {
			if (!path.startsWith('/api/blobs/')) return server.fetch(path, init);
			if (init.method === 'HEAD') return new Response(null, { headers: { 'upload-offset': '0' } });
			uploaded.push(path);
			return Response.json({ offset: 7, complete: true }, { status: 201 });
		};
		const sha = await app.inUse.device!.store.photos.keep(new Blob(['a photo']));
		vi.stubGlobal('fetch', withPhotos);

		expect(await app.signOut('sent')).toEqual({ done: true });
		expect(uploaded).toEqual([`/api/blobs/${sha}`]);
	});

	it('seals photos, too, and gives them up when told so', async () => {
		server.unreachable = true;
		const sha = await app.inUse.device!.store.photos.keep(new Blob(['a photo']));
		expect(await app.signOut('sealed')).toEqual({ done: true });
		server.unreachable = false;
		await app.http('/api/auth/phone-number/verify', { method: 'POST' });
		await app.refreshSession();
		expect(await app.inUse.device!.store.photos.find(sha)).not.toBeNull();

		expect(await app.signOut('discarded')).toEqual({ done: true });
		await gone(sha);
	});
});

describe('a wall of a hotel', () => {
	it('that answers 401 with a page of its own signs nobody out', async () => {
		vi.stubGlobal('fetch', async () => wall(401));
		await app.refreshSession();
		expect(app.session.state).toBe('signed_in');
	});

	it('that answered 403 with a page of its own stops nothing for good', async () => {
		vi.stubGlobal('fetch', async () => wall(403));
		await addBike();
		await app.inUse.device!.device.sync();
		vi.stubGlobal('fetch', server.fetch);
		await app.inUse.device!.device.sync(); // Seen again, online again, another tap: all come here.
		expect(server.authority.performed).toHaveLength(1);
	});
});

describe('a browser that was killed early', () => {
	it('sends what waits although it had not yet written down its own id', async () => {
		const known = new Map<string, string>();
		const strict = async (path: string, init: RequestInit = {}) => {
			if (!path.startsWith('/api/sync') || init.method !== 'POST') return server.fetch(path, init);
			const { device } = JSON.parse(init.body as string) as SyncRequest;
			const browser = known.get(device.id) ?? device.browserId;
			known.set(device.id, browser);
			if (browser === device.browserId) return server.fetch(path, init);
			return new Response(JSON.stringify({ code: 'not_allowed' }), {
				status: 403, // As `deviceFor` says to a device of another browser.
				headers: { 'content-type': 'application/problem+json' },
			});
		};
		vi.stubGlobal('fetch', strict);
		await app.inUse.device!.device.sync();
		server.unreachable = true;
		await addBike();
		await app.inUse.device!.close();
		// Killed within seconds of the first start: IndexedDB has it, these were not written yet.
		tab.local.clear();
		tab.cookies.clear();
		server.unreachable = false;

		tab.reopen();
		app = await loadApp();
		await app.start('test');
		await app.inUse.device!.device.sync();
		expect(app.session.me?.user.id).toBe(ashaSignedIn.user.id);
		expect(app.inUse.device!.device.status().network).toBe('online');
		expect(server.authority.performed).toHaveLength(1);
	});
});
