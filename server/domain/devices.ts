import { refuseUnless } from '#sync/core/rejection.ts';
import { addMs, minuteMs } from '#sync/core/time.ts';
import type { SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';
import { device, type Device } from '../db/device.ts';
import { UnitOfWork } from '../db/store.ts';
import type { World } from './perform.ts';

/** Contact is written down this seldom: a pull should not cost a write. */
const contactEveryMs = minuteMs;

/** What is known of the connection that a device's request came by. */
export type Caller = {
	/** The session behind it; null: there is none, as in a simulated world. */
	readonly sessionId: string | null;
	/** For a device that has no key to seal its work with. */
	readonly newSealKey: () => string | null;
	/** Whether the session lives on, asked in the middle of a batch. */
	readonly isSignedIn: () => Promise<boolean>;
	/** Refuses a person who has begun too many devices lately. */
	readonly mayBegin: () => Promise<void>;
};

/** The device behind a request, made at its first; it belongs to one user and browser for good. */
export async function deviceFor(
	world: World,
	userId: string,
	request: SyncRequest,
	caller: Caller,
): Promise<Device> {
	const { id, browserId } = request.device;
	const [found] = (await world.port.read(device, [id])) as unknown as Device[];
	if (!found) await caller.mayBegin();
	const known =
		found ??
		(await inOneWrite(
			world,
			id,
			(current) => current ?? newDevice(world, userId, request, caller),
		));
	refuseUnless(known.userId === userId && known.browserId === browserId, 'not_allowed');
	refuseUnless(known.revokedAt === null, 'device_revoked');
	return known;
}

/**
 * Writes down that a device was heard and what it still holds: all but what was taken. After the
 * push, which judges by the last time; what met a gap or a fork still waits there.
 */
export async function noteContact(
	world: World,
	known: Device,
	request: SyncRequest,
	caller: Caller,
	taken: number,
): Promise<void> {
	const now = world.now();
	const waiting = Math.max(request.pending, request.mutations.length) - taken;
	const sessionId = caller.sessionId ?? known.sessionId;
	const sealKey = known.sealKey ?? caller.newSealKey();
	const recent = addMs(known.lastContact, contactEveryMs) > now;
	const same =
		known.pendingReported === waiting &&
		(waiting > 0 || known.emptyAt !== null) &&
		known.appBuild === request.build &&
		known.sessionId === sessionId &&
		known.sealKey === sealKey;
	if (recent && same) return;
	await inOneWrite(world, known.id, (current) => ({
		...(current ?? known),
		lastContact: now,
		pendingReported: waiting,
		emptyAt: waiting === 0 ? now : (current?.emptyAt ?? null),
		appBuild: request.build,
		sessionId,
		sealKey: current?.sealKey ?? sealKey,
	}));
}

/**
 * What was lost, when a device begins that has never read anything: this browser was another device
 * of the same person before, with work on it, and he neither signed it off nor signed out there. A
 * device that goes on under a new id has read before, and has its work with it.
 */
export async function lostWith(
	world: World,
	{ id, userId, browserId }: Device,
	request: SyncRequest,
): Promise<Pick<SyncAnswer, 'earlier'>> {
	if (request.install !== null) return {};
	const ofBrowser = (await world.port.list(device, { userId, browserId })) as unknown as Device[];
	const [last] = ofBrowser.filter((each) => each.id !== id).sort(lastHeardFirst);
	if (last === undefined || last.revokedAt !== null || last.sessionId === null) return {};
	if (last.pendingReported === 0) return {};
	return { earlier: { pending: last.pendingReported, lastContact: last.lastContact } };
}

/** A person's devices, the one heard last first. */
export async function devicesOf(world: World, userId: string): Promise<readonly Device[]> {
	const rows = (await world.port.list(device, { userId })) as unknown as Device[];
	return rows.sort(lastHeardFirst);
}

/** A device of this person, signed off or not; somebody else's is not there. */
export async function ownDevice(world: World, userId: string, id: string): Promise<Device> {
	const [found] = (await world.port.read(device, [id])) as unknown as Device[];
	refuseUnless(found?.userId === userId, 'not_found');
	return found;
}

/** Whether a device was signed off; what is not known was not. */
export async function isRevoked(world: World, id: string): Promise<boolean> {
	const [found] = (await world.port.read(device, [id])) as unknown as Device[];
	return found !== undefined && found.revokedAt !== null;
}

/** Signs a device off for good: from now on nothing is taken from it. Harmless when it was before. */
export async function revoke(world: World, userId: string, id: string): Promise<Device> {
	await ownDevice(world, userId, id);
	return inOneWrite(world, id, (current) => {
		const row = current as Device;
		return { ...row, revokedAt: row.revokedAt ?? world.now() };
	});
}

/** Its person signed out there: what still lies on it was left there knowingly. */
export async function sayGoodbye(world: World, userId: string, sessionId: string): Promise<void> {
	const leaving = await world.port.list(device, { userId, sessionId });
	for (const { id } of leaving)
		await inOneWrite(world, id, (current) => ({ ...(current as Device), sessionId: null }));
}

async function inOneWrite(
	world: World,
	id: string,
	next: (current: Device | null) => Device,
): Promise<Device> {
	return world.port.transaction(async (tx) => {
		await tx.lock([`device:${id}`]);
		const work = new UnitOfWork(tx);
		const layer = work.open();
		const current = await layer.store.find(device, id);
		const row = next(current);
		if (current) layer.store.update(device, row);
		else layer.store.insert(device, row);
		layer.keep();
		const writes = work.writes();
		if (writes.length > 0) await tx.flush(writes);
		return row;
	});
}

const lastHeardFirst = (a: Device, b: Device): number =>
	a.lastContact === b.lastContact ? 0 : a.lastContact < b.lastContact ? 1 : -1;

const newDevice = (world: World, userId: string, request: SyncRequest, caller: Caller): Device => ({
	id: request.device.id,
	userId,
	browserId: request.device.browserId,
	lastSeq: 0,
	firstContact: world.now(),
	lastContact: world.now(),
	pendingReported: request.pending,
	emptyAt: null,
	lastEff: null,
	reportsOn: null,
	reportsCount: 0,
	clockOffsetMs: null,
	appBuild: request.build,
	revokedAt: null,
	sessionId: caller.sessionId,
	sealKey: caller.newSealKey(),
});
