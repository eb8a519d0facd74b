import type { Actor } from '#sync/core/actor.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import { Rejection } from '#sync/core/rejection.ts';
import type { GoneReason, Scope } from '#sync/core/scope.ts';
import { addMs, minuteMs } from '#sync/core/time.ts';
import { rowsMax, type SyncAnswer, type SyncRequest } from '#sync/protocol/sync.ts';
import { device, type Device } from '../db/device.ts';
import type { PullPage } from '../db/port.ts';
import { UnitOfWork } from '../db/store.ts';
import { scopesFor, scopesOnce } from './access.ts';
import { documentsOf } from './documents.ts';
import type { World } from './perform.ts';
import { push } from './push.ts';

/** Contact is written down this seldom: a pull should not cost a write. */
const contactEveryMs = minuteMs;
/** What leaves with a dropped scope is told whole; a phone keeps a few thousand documents at most. */
const droppedRowsMax = 100_000;

/**
 * One round trip of a device: takes what it did, answers what became of it and what is new. Push
 * comes first, so that what was just accepted comes back in the same answer and settles there.
 */
export async function sync(world: World, actor: Actor, request: SyncRequest): Promise<SyncAnswer> {
	const { port } = world;
	const { install, era } = await port.installation();
	const sameInstall = request.install === null || request.install === install;
	const known = await deviceFor(world, actor, request);
	const pushed = sameInstall
		? await push(world, actor, request, known)
		: { acks: [], lastSeq: known.lastSeq };
	await noteContact(world, known, request);

	const now = world.now();
	const sameData = request.install === install && request.era === era;
	const cursors = sameData ? (request.cursors as Record<Scope, number>) : {};
	const scopes = await scopesFor(port, actor, now);
	const following = Object.fromEntries(scopes.map((each) => [each, cursors[each] ?? 0]));
	const dropped = (Object.keys(cursors) as Scope[]).filter((each) => !scopes.includes(each));
	const page = await port.pull({ cursors: following, rowsMax });
	const left = await leaving(world, actor, following, dropped);
	return {
		install,
		era,
		now,
		...pushed,
		docs: Object.fromEntries(documentsOf(page, actor, now)),
		gone: [...goneIn(page), ...left],
		cursors: page.cursors,
		scopes: { added: scopes.filter((each) => !(each in cursors)), dropped },
		more: page.more,
	};
}

type Gone = { collection: CollectionName; id: string; reason: GoneReason };

const goneIn = (page: PullPage): Gone[] =>
	page.changes
		.filter((each) => each.live.length === 0)
		.map(({ collection, id, gone }) => ({ collection, id, reason: gone ?? 'moved' }));

/**
 * Documents of scopes that the actor may no longer follow and that no other scope brings him. A
 * scope that he never could follow is nothing he has documents of, and none of his business: what
 * is in it is not told, not even by its ids. Catalogues anybody may see.
 */
async function leaving(
	world: World,
	actor: Actor,
	following: Readonly<Record<Scope, number>>,
	named: readonly Scope[],
): Promise<Gone[]> {
	if (named.length === 0) return [];
	const once = await scopesOnce(world.port, actor, world.now());
	const dropped = named.filter((each) => each.startsWith('catalog:') || once.includes(each));
	if (dropped.length === 0) return [];
	const heads = await world.port.heads(Object.keys(following) as Scope[]);
	const cursors = { ...heads, ...Object.fromEntries(dropped.map((each) => [each, 0])) };
	const page = await world.port.pull({ cursors, rowsMax: droppedRowsMax });
	return page.changes
		.filter((each) => each.live.every((scope) => dropped.includes(scope)))
		.map(({ collection, id }) => ({ collection, id, reason: 'moved' as const }));
}

/** The device behind a request, made at its first; it belongs to one user and browser for good. */
async function deviceFor(world: World, actor: Actor, request: SyncRequest): Promise<Device> {
	const { id, browserId } = request.device;
	const userId = String(actor.userId);
	const [found] = (await world.port.read(device, [id])) as unknown as Device[];
	if (!found)
		return inOneWrite(world, id, (current) => current ?? newDevice(world, request, userId));
	const own = found.userId === userId && found.browserId === browserId;
	if (!own || found.revokedAt !== null) throw new Rejection('not_allowed');
	return found;
}

/** Writes down that a device was heard and what it still holds: after the push, which judges by the last time. */
async function noteContact(world: World, known: Device, request: SyncRequest): Promise<void> {
	const now = world.now();
	const waiting = Math.max(0, request.pending - request.mutations.length);
	const recent = addMs(known.lastContact, contactEveryMs) > now;
	if (recent && known.pendingReported === waiting && known.appBuild === request.build) return;
	await inOneWrite(world, known.id, (current) => ({
		...(current ?? known),
		lastContact: now,
		pendingReported: waiting,
		emptyAt: waiting === 0 ? now : (current?.emptyAt ?? null),
		appBuild: request.build,
	}));
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

const newDevice = (world: World, request: SyncRequest, userId: string): Device => ({
	id: request.device.id,
	userId,
	browserId: request.device.browserId,
	lastSeq: 0,
	lastContact: world.now(),
	pendingReported: request.pending,
	emptyAt: null,
	lastEff: null,
	reportsOn: null,
	reportsCount: 0,
	clockOffsetMs: null,
	appBuild: request.build,
	revokedAt: null,
});
