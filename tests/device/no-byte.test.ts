import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asha, id } from '#tests/support/cast.ts';
import { customerIdOf } from '#tests/support/builders.ts';
import { everyByte } from '#tests/support/device/bytes.ts';
import { aBike, bikeKey } from '#tests/support/device/phone.ts';
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
		...(await import('#lib/snapshot/snapshot.ts')),
	};
}

const userId = ashaSignedIn.user.id;
const plate = 'KA51HB0011';
const added = 'KA51AB9876';
const code = 'Q7RK2M';
const reported: unknown[] = [];
let app: Awaited<ReturnType<typeof loadApp>>;
let server: PhoneServer;
let tab: Tab;
let canaries: string[];

beforeEach(async () => {
	vi.spyOn(console, 'warn').mockReturnValue(undefined); // RxDB introduces itself once.
	tab = aTab(reported);
	reported.length = 0;
	server = new PhoneServer();
	vi.stubGlobal('fetch', server.fetch);
	const person = { id: customerIdOf(asha), name: 'Asha Rao', phone: '+919812345678' };
	server.authority.put({ collection: 'people', id: person.id }, person);
	server.authority.put({ collection: 'bookings', id: id('booking', 5) }, aVisit());
	server.authority.put(bikeKey, aBike({ customerId: person.id }));
	app = await loadApp();
	await app.start('test');
	await app.inUse.device!.device.sync();
	await vi.waitFor(async () => {
		expect(await app.inUse.device!.store.tables.meta.get('sealKey')).toBeDefined();
		expect(tab.cookies.has('moto-kept')).toBe(true);
	});
	app.keepSnapshot(userId, 'bikes', () => ({ rows: [{ plate }], at: null }));
	tab.local.set(`moto-draft-${userId}-booking`, JSON.stringify({ plate }));
	tab.session.set(`moto-news-${userId}`, plate);
	const { device } = await app.inUse.device!.store.books();
	canaries = [userId, device.id, 'Asha', '+919812345678', '+919000000101', plate, code];
	const before = (await everyByte()) + tab.written();
	for (const canary of canaries) expect(before, canary).toContain(canary);
});
afterEach(async () => {
	server.unreachable = false;
	await app.inUse.device?.close();
	for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
});
afterAll(() => vi.unstubAllGlobals());

const aVisit = () => ({ id: id('booking', 5), code, status: 'confirmed', shopId: id('shop', 1) });
/** Does something that cannot be sent. */
async function workInTheBasement(): Promise<string> {
	server.unreachable = true;
	const bike = { make: 'Hero', model: 'Splendor', class: 'commuter' } as const;
	const { mutationId } = await app.perform('vehicle.add', { registrationNumber: added, ...bike });
	canaries.push(added, mutationId, 'vehicle.add');
	expect((await everyByte()).includes(added)).toBe(true);
	return mutationId;
}
async function expectNoByte(): Promise<void> {
	const left = (await everyByte()) + tab.written();
	for (const canary of canaries) expect(left, canary).not.toContain(canary);
	expect(tab.cookies.has('moto-kept')).toBe(false);
	expect(reported).toEqual([]);
}
const performed = () => server.authority.performed.map((each) => each.id);
const signInAgain = async () => {
	server.unreachable = false;
	await app.http('/api/auth/phone-number/verify', { method: 'POST' });
	await app.refreshSession();
};

describe('not a byte of a person stays in a browser that he', () => {
	it('signs out of when everything is sent', async () => {
		expect(await app.signOut('sent')).toEqual({ done: true });

		expect(app.session.state).toBe('signed_out');
		expect(server.signedIn).toBeNull();
		await expectNoByte();
	});

	it('signs out of while giving up what is not sent', async () => {
		await workInTheBasement();
		expect(await app.signOut('discarded')).toEqual({ done: true });

		await expectNoByte();
		await signInAgain();
		expect(await app.unsent()).toBe(0);
	});

	it('signs out of while sealing what is not sent, but it is all there when he is back', async () => {
		const mutationId = await workInTheBasement();
		const photo = new Blob([new TextEncoder().encode(`photo of ${plate}`)], { type: 'image/jpeg' });
		const sha = await app.inUse.device!.store.photos.keep(photo);
		const { device } = await app.inUse.device!.store.books();
		expect(await app.canSeal()).toBe(true);
		expect(await app.signOut('sealed')).toEqual({ done: true });
		canaries.push(sha);
		await expectNoByte();
		expect(await Dexie.getDatabaseNames()).toContain('moto-sealed');

		await signInAgain();
		const open = app.inUse.device!;
		expect((await open.store.books()).device.id).toBe(device.id);
		expect(await open.store.photos.find(sha)).toMatchObject({ state: 'waiting' });
		await open.device.sync();
		expect(performed()).toEqual([mutationId]);
		expect((await open.store.books()).outbox).toEqual([]);
		const boxes = await new Dexie('moto-sealed').open();
		expect(await boxes.table('boxes').count()).toBe(0);
		boxes.close();
	});

	it('signed off from another phone, which seals what is not sent', async () => {
		const mutationId = await workInTheBasement();
		const { device } = await app.inUse.device!.store.books();
		server.revoked.add(device.id);
		server.unreachable = false;
		await app.inUse.device!.device.sync();

		await vi.waitFor(() => expect(app.session.isRevoked).toBe(true), 20_000);
		await app.whenOpen();
		await expectNoByte();

		await signInAgain();
		const after = await app.inUse.device!.store.books();
		expect(after.device.id).not.toBe(device.id);
		await app.inUse.device!.device.sync();
		expect(performed()).toEqual([mutationId]);
		expect(server.authority.performed[0]?.seq).toBe(1);
	});

	it('signed off while it listens, though nobody touches it', async () => {
		const { device } = await app.inUse.device!.store.books();
		server.signOff(device.id);

		await vi.waitFor(() => expect(app.session.isRevoked).toBe(true), 20_000);
		await app.whenOpen();
		await expectNoByte();
	});

	it('signed off while it was switched off: it hears of that without a session', async () => {
		const { device } = await app.inUse.device!.store.books();
		server.revoked.add(device.id);
		server.signedIn = null;
		await app.refreshSession();

		expect(app.session.isRevoked).toBe(true);
		await expectNoByte();
	});

	it('signs out of twice, when the browser was killed in the middle of the first time', async () => {
		await app.inUse.device!.rest();
		await app.forgetSession({ owner: userId, books: 'erased' }, 'left');
		await app.inUse.device!.store.close();
		server.signedIn = null;
		tab.reopen();
		app = await loadApp();
		await app.start('test');

		await expectNoByte();
	});
});

describe('signing out', () => {
	it('stays when something could not be sent, and says how much', async () => {
		await workInTheBasement();

		expect(await app.signOut('sent')).toEqual({ done: false, unsent: 1 });

		expect(app.session.state).toBe('signed_in');
		expect(app.inUse.device).not.toBeNull();
		expect(await app.unsent()).toBe(1);
	});

	it('sends first what can be sent', async () => {
		const mutationId = await workInTheBasement();
		server.unreachable = false;

		expect(await app.signOut('sent')).toEqual({ done: true });
		expect(performed()).toEqual([mutationId]);
		await expectNoByte();
	});

	it('without network ends the session before anything else is said to the server', async () => {
		server.unreachable = true;
		expect(await app.signOut('sent')).toEqual({ done: true });
		expect(app.session.state).toBe('signed_out');
		expect(server.signedIn).not.toBeNull();

		// The browser is killed so soon that its strings are not on the disk.
		tab.local.clear();
		tab.reopen();
		app = await loadApp();
		await app.start('test');
		expect(app.session.me).toBeNull();

		server.unreachable = false;
		server.asked.length = 0;
		tab.window.dispatchEvent(new Event('online'));
		await vi.waitFor(() => expect(server.signedIn).toBeNull());
		expect(server.asked[0]?.path).toBe('/api/auth/sign-out');
		await vi.waitFor(() => expect(app.session.state).toBe('signed_out'));
	});

	it('makes another tab let go of what has to be deleted', async () => {
		const other = await loadApp();
		await other.start('test');
		expect(other.inUse.device).not.toBeNull();

		expect(await app.signOut('sent')).toEqual({ done: true });

		await vi.waitFor(() => expect(other.inUse.device).toBeNull());
		await expectNoByte();
	});

	it('leaves what another person keeps here alone', async () => {
		tab.local.set(`moto-news-${id('user', 12)}`, 'his');
		await app.signOut('sent');
		expect(tab.local.get(`moto-news-${id('user', 12)}`)).toBe('his');
	});

	it('sealed is not offered without a key, and not done', async () => {
		await app.inUse.device!.store.tables.meta.delete('sealKey');
		await workInTheBasement();

		expect(await app.canSeal()).toBe(false);
		expect(await app.signOut('sealed')).toEqual({ done: false, unsent: 1 });
		expect(await app.unsent()).toBe(1);
	});
});
