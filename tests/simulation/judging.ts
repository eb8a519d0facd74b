import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '#sync/core/actor.ts';
import { byId, type Doc } from '#sync/core/document.ts';
import { collections, type AnyEntity } from '#sync/core/entity.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { entities } from '#sync/registry.ts';
import { memoryPort, type MemoryPort } from '#server/db/memory.ts';
import { plant } from '#server/db/plant.ts';
import type { LogEntry } from '#server/db/port.ts';
import { actorOf } from '#server/domain/access.ts';
import type { World } from '#server/domain/perform.ts';
import { sync } from '#server/domain/sync.ts';
import { id } from '#tests/support/cast.ts';
import { install } from './install.ts';
import { Violation } from './invariants.ts';
import type { Phone } from './phone.ts';

export { install } from './install.ts';

/**
 * The same rows in a database whose stamps are made anew from the rows alone. What was forgotten in
 * the run is not forgotten there, so that comparing with it finds what no phone was told of.
 */
export async function stampedAnew(memory: MemoryPort): Promise<MemoryPort> {
	const truth = memoryPort(install);
	const { tables } = memory.state();
	await plant(
		truth,
		(entities as readonly AnyEntity[]).map(
			(entity) => [entity, [...(tables.get(entity.name)?.values() ?? [])]] as const,
		),
	);
	return truth;
}

/** Every phone holds just what a new phone of the same person would be given. */
export async function compare(world: World, phones: readonly Phone[]): Promise<void> {
	for (const [index, phone] of phones.entries()) {
		const actor = await actorOf(world.port, String(phone.actor.userId));
		const wanted = await everythingFor(world, actor, index);
		const store = phone.disk.open();
		for (const collection of collections) {
			const held = sorted(await store.docs(collection));
			const due = sorted(wanted.get(collection) ?? []);
			if (isDeepStrictEqual(held, due)) continue;
			throw new Violation(`${phone.name} holds other ${collection}: ${difference(held, due)}`);
		}
	}
}

async function everythingFor(world: World, actor: Actor, index: number) {
	const documents = new Map<string, Doc[]>();
	let cursors: Record<string, number> = {};
	for (let more = true; more;) {
		const answer = await sync(world, actor, {
			install: documents.size === 0 ? null : install,
			era: documents.size === 0 ? null : 1,
			schema: schemaVersion,
			build: 'reference',
			device: { id: id('device', 100 + index), browserId: id('browser', 100 + index) },
			pending: 0,
			cursors,
			mutations: [],
			asking: [],
			seen: [],
		});
		for (const [collection, docs] of Object.entries(answer.docs))
			documents.set(collection, [...(documents.get(collection) ?? []), ...docs]);
		({ cursors, more } = answer);
	}
	return documents;
}

const sorted = (docs: readonly Doc[]): Doc[] =>
	(JSON.parse(JSON.stringify(docs)) as Doc[]).sort(byId);

function difference(held: readonly Doc[], due: readonly Doc[]): string {
	const dueById = new Map(due.map((each) => [each.id, each]));
	const heldById = new Map(held.map((each) => [each.id, each]));
	const missing = due.filter((each) => !heldById.has(each.id)).map((each) => each.id);
	const extra = held.filter((each) => !dueById.has(each.id)).map((each) => each.id);
	const other = held.filter(
		(each) => dueById.has(each.id) && !isDeepStrictEqual(each, dueById.get(each.id)),
	);
	const pairs = other.slice(0, 1).map((each) => [each, dueById.get(each.id)]);
	return JSON.stringify({ missing, extra, other: pairs });
}

/** Whatever somebody pressed is in the log once, and his phone tells of it what the log says. */
export async function checkLog(memory: MemoryPort, phones: readonly Phone[]): Promise<void> {
	const { log } = memory.state();
	for (const phone of phones) {
		const told = new Map((await phone.device.history(10_000)).map((each) => [each.id, each]));
		for (const mutationId of phone.tapped) {
			const entry = log.get(mutationId);
			if (!entry) throw new Violation(`${phone.name} pressed ${mutationId}, the log has it not`);
			const status = told.get(mutationId)?.status;
			if (!isTrue(status, entry))
				throw new Violation(
					`${phone.name} was told ${String(status)} of ${entry.name}, the log says ${entry.status}`,
				);
		}
		checkTakenBack(log, phone, phones);
	}
}

/**
 * What was taken back did nothing: it never came, or came and changed nothing. A copy of that phone
 * may hear that its text is another's.
 */
const isTrue = (told: string | undefined, { name, status }: LogEntry): boolean =>
	(name === 'withdrawn' && (told === 'withdrawn' || told === 'refused')) ||
	(told === 'withdrawn' && status === 'noop') ||
	(name !== 'withdrawn' && told === status);

/** What was taken back before it had left any phone is never done. */
function checkTakenBack(
	log: ReadonlyMap<string, LogEntry>,
	phone: Phone,
	phones: readonly Phone[],
): void {
	for (const [mutationId, { hadLeft }] of phone.takenBack) {
		const elsewhere = phones.some(
			(other) =>
				other !== phone && !other.takenBack.has(mutationId) && other.line.left.has(mutationId),
		);
		if (hadLeft || elsewhere || log.get(mutationId)?.name === 'withdrawn') continue;
		throw new Violation(`${phone.name} took ${mutationId} back, and it was done all the same`);
	}
}
