import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '#sync/core/actor.ts';
import { byId, type Doc } from '#sync/core/document.ts';
import { collections } from '#sync/core/entity.ts';
import type { SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { actorOf } from '#server/domain/access.ts';
import type { MemoryPort } from '#server/db/memory.ts';
import type { World } from '#server/domain/perform.ts';
import { sync } from '#server/domain/sync.ts';
import { id } from '#tests/support/cast.ts';
import { Violation } from '../invariants.ts';
import { checkLog, install, stampedAnew } from '../judging.ts';
import type { Jar } from './line.ts';
import { demandSame, replayed } from './oracle.ts';
import type { FullPhone, FullWorld } from './scene.ts';
import { passing } from './world.ts';

/**
 * All is mended: nothing waits, SQL holds what memory would, whoever pressed something was told the
 * truth, and each phone holds just what a new phone of the same person is given. Answers with what
 * happened.
 */
export async function judge(world: FullWorld): Promise<string> {
	const { phones, journal, wire } = world;
	for (const phone of phones) {
		const left = phone.device.pending();
		if (left.length > 0)
			throw new Violation(`${phone.name} still waits: ${JSON.stringify(left.slice(0, 3))}`);
	}
	const state = await world.look();
	const memory = await replayed(journal, wire);
	demandSame(state, memory.state());
	const parked = [...state.log.values()].filter((each) => each.status === 'parked');
	if (parked.length > 0) throw new Violation(`an outage parks nothing: ${JSON.stringify(parked)}`);
	const loaded = { state: () => state } as MemoryPort;
	await checkLog(loaded, phones);
	await compare(world, await stampedAnew(loaded));
	return JSON.stringify([...memory.state().log.values()]);
}

async function compare(world: FullWorld, truth: MemoryPort): Promise<void> {
	const [server] = world.servers.all;
	if (!server) throw new Error('no server runs');
	const anew: World = { ...server.world, port: truth };
	for (const [index, phone] of world.phones.entries()) {
		const jar: Jar = { cookie: '' };
		await world.signIn({ actor: phone.actor, jar });
		const { send } = world.newLine(jar);
		const given = await everything(index, (request) => passing(world, send(request)));
		await demandHeld(phone, given, 'a new phone is given');
		const actor: Actor = await actorOf(truth, String(phone.actor.userId));
		const due = await everything(index, (request) => sync(anew, actor, request));
		await demandHeld(phone, due, 'the rows alone say');
	}
}

type Documents = ReadonlyMap<string, readonly Doc[]>;

async function everything(
	index: number,
	ask: (request: SyncRequest) => Promise<SyncAnswer>,
): Promise<Documents> {
	const documents = new Map<string, Map<string, Doc>>();
	let cursors: Record<string, number> = {};
	let first = true;
	for (let more = true; more; first = false) {
		const answer = await ask({
			install: first ? null : install,
			era: first ? null : 1,
			schema: schemaVersion,
			build: 'reference',
			device: { id: id('device', 100 + index), browserId: id('browser', 100 + index) },
			pending: 0,
			...{ cursors, anew: true, mutations: [], asking: [], seen: [] },
		});
		for (const [collection, docs] of Object.entries(answer.docs)) {
			const known = documents.get(collection) ?? new Map<string, Doc>();
			for (const doc of docs) known.set(doc.id, doc);
			documents.set(collection, known);
		}
		for (const gone of answer.gone) documents.get(gone.collection)?.delete(gone.id);
		({ cursors, more } = answer);
	}
	return new Map([...documents].map(([collection, docs]) => [collection, [...docs.values()]]));
}

async function demandHeld(phone: FullPhone, wanted: Documents, who: string): Promise<void> {
	const store = phone.disk.open();
	for (const collection of collections) {
		const held = sorted(await store.docs(collection));
		const due = sorted(wanted.get(collection) ?? []);
		if (isDeepStrictEqual(held, due)) continue;
		throw new Violation(
			`${phone.name} holds other ${collection} than ${who}: ${difference(held, due)}`,
		);
	}
}

const sorted = (docs: readonly Doc[]): Doc[] =>
	(JSON.parse(JSON.stringify(docs)) as Doc[]).sort(byId);

function difference(held: readonly Doc[], due: readonly Doc[]): string {
	const heldById = new Map(held.map((each) => [each.id, each]));
	const dueById = new Map(due.map((each) => [each.id, each]));
	const ids = [...new Set([...heldById.keys(), ...dueById.keys()])];
	const other = ids.filter((each) => !isDeepStrictEqual(heldById.get(each), dueById.get(each)));
	const [first = ''] = other;
	return JSON.stringify({ ids: other, held: heldById.get(first), due: dueById.get(first) });
}
