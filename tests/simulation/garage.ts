import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '#sync/core/actor.ts';
import { byId, type Doc } from '#sync/core/document.ts';
import { collections, type AnyEntity } from '#sync/core/entity.ts';
import { entities } from '#sync/registry.ts';
import { addMinutes } from '#sync/core/time.ts';
import { memoryPort, type MemoryPort, type MemoryState } from '#server/db/memory.ts';
import { plant } from '#server/db/plant.ts';
import type { Port } from '#server/db/port.ts';
import { reactions } from '#server/domain/reactions.ts';
import { timersIn } from './clock.ts';
import { mutationOf } from '#server/domain/mutation-of.ts';
import { perform, type World } from '#server/domain/perform.ts';
import { sync } from '#server/domain/sync.ts';
import {
	asha,
	ashasBike,
	castRows,
	divya,
	divyasBike,
	id,
	kiran,
	kiransBike,
	lakshmi,
	lakshmiMotors,
	meena,
	monday,
	ravi,
	service,
} from '#tests/support/cast.ts';
import { checkSafety, Violation } from './invariants.ts';
import type { Mutant } from './mutants.ts';
import { lineTo, noFaults, type Faults } from './network.ts';
import { phoneOf, type Phone } from './phone.ts';
import { seeded, type Random } from './random.ts';
import { press, tapOn } from './taps.ts';
import { quiet, VirtualTime } from './virtual-time.ts';

const install = id('device', 200);
const stepsMin = 30;
const stepsMax = 120;

/**
 * Runs one seed whole: faults and taps first, laws after each step; then heals and compares. Answers
 * with the log: what happened.
 */
export async function runSeed(seed: number, mutant: Mutant | null = null): Promise<string> {
	const garage = await openGarage(seed, mutant);
	const steps = stepsMin + garage.random.below(stepsMax - stepsMin);
	for (let step = 0; step < steps; step += 1) {
		await garage.step();
		garage.check();
	}
	await garage.heal();
	await garage.compare();
	return garage.story();
}

async function openGarage(seed: number, mutant: Mutant | null) {
	const random = seeded(seed);
	const time = new VirtualTime(monday);
	const memory = memoryPort(install);
	await plant(memory, castRows());
	const port = smallPages(mutant?.port ? mutant.port(memory) : memory, random);
	const world: World = { port, now: time.now, committed: () => undefined, reactions };
	const bugs: unknown[] = [];
	const broken = (error: unknown) => void bugs.push(error);
	await openingDay(world, random);
	const phones = phonesOf(world, time, random, mutant, broken);
	let before: MemoryState | null = null;

	return {
		random,
		step: async () => {
			await oneStep(world, time, random, random.pick(phones), broken);
			await quiet();
		},
		check: () => {
			if (bugs.length > 0) throw bugs[0];
			checkSafety(memory.state(), before);
			before = memory.state();
		},
		story: () => JSON.stringify([...memory.state().log.values()]),
		heal: () => heal(world, time, phones, bugs),
		compare: async () => {
			await compare({ ...world, port: await stampedAnew(memory) }, phones);
			await checkLog(memory, phones);
		},
	};
}

/** The day begins with a few visits agreed, so that there is work from the first tap on. */
async function openingDay(world: World, random: Random): Promise<void> {
	const guests = [
		[asha, ashasBike],
		[kiran, kiransBike],
		[divya, divyasBike],
	] as const;
	for (const [index, [actor, vehicleId]] of guests.entries()) {
		if (random.chance(0.2)) continue;
		const now = world.now();
		const startAt = addMinutes(monday, 30 + 30 * random.below(3));
		const args = { shopId: lakshmiMotors, vehicleId, serviceTypeIds: [service.wash], startAt };
		const hold = mutationOf('booking.request', args, { id: id('booking', 2 * index), now });
		const [held] = await perform(world, [{ actor, mutation: hold, hash: hold.id }]);
		const bookingId = String(held?.ids?.['bookingId']);
		const yes = mutationOf(
			'booking.confirm',
			{ bookingId },
			{ id: id('booking', 2 * index + 1), now },
		);
		await perform(world, [{ actor, mutation: yes, hash: yes.id }]);
	}
}

/** Which three phones are there, and what goes wrong: chosen by the seed. */
function phonesOf(
	world: World,
	time: VirtualTime,
	random: Random,
	mutant: Mutant | null,
	broken: (error: unknown) => void,
): Phone[] {
	const customers: [string, Actor][] = [
		['asha', asha],
		['kiran', kiran],
		['divya', divya],
	];
	const staff: [string, Actor][] = [
		['ravi', ravi],
		['meena', meena],
		['lakshmi', lakshmi],
	];
	const cast = [random.pick(customers), ...shuffled(random, staff).slice(0, 2)];
	const faults = faultsOf(random);
	return cast.map(([name, actor], number) => {
		const line = lineTo(world, actor, time, random, mutant, broken);
		line.faults = faults;
		const phone = phoneOf({ name, number: number + 1, actor, line, time, random, broken });
		if (random.chance(0.3)) phone.skewMs = (random.below(53) - 26) * 3_600_000;
		return phone;
	});
}

const shuffled = <T>(random: Random, items: readonly T[]): T[] =>
	items
		.map((item) => [random.next(), item] as const)
		.sort(([a], [b]) => a - b)
		.map(([, item]) => item);

/** A random subset, so that rare combinations come up and quiet runs too. */
const faultsOf = (random: Random): Faults => ({
	requestLost: random.chance(0.5) ? 0.3 : 0,
	replyLost: random.chance(0.5) ? 0.3 : 0,
	duplicate: random.chance(0.5) ? 0.2 : 0,
	delayMsMax: random.chance(0.5) ? 20_000 : 200,
});

/** Pages of a few rows, so that acks and what they moved come in different answers. */
const smallPages = (port: Port, random: Random): Port => {
	const rowsMax = random.pick([1, 2, 5, 1_000]);
	return { ...port, pull: (request) => port.pull({ ...request, rowsMax }) };
};

async function oneStep(
	world: World,
	time: VirtualTime,
	random: Random,
	phone: Phone,
	broken: (error: unknown) => void,
): Promise<void> {
	const dice = random.next();
	if (dice < 0.6) {
		const tap = await tapOn(phone, time, random);
		if (tap) press(phone, tap).catch(broken);
	} else if (dice < 0.67) phone.line.online = !phone.line.online;
	else if (dice < 0.71) phone.restart();
	else if (dice < 0.77) phone.device.wake();
	else {
		await time.advance(random.pick([100, 1_000, 5_000, 30_000, 60_000, 300_000]));
		await timersIn(world).run();
	}
}

/** The faults end: every phone is online, and time passes until nothing waits any more. */
async function heal(
	world: World,
	time: VirtualTime,
	phones: readonly Phone[],
	bugs: readonly unknown[],
): Promise<void> {
	for (const phone of phones) {
		phone.line.faults = noFaults;
		phone.line.online = true;
	}
	for (let minute = 0; minute < 15; minute += 1) {
		for (const phone of phones) phone.device.wake();
		await quiet();
		await time.advance(60_000);
		await timersIn(world).run();
		await quiet();
		if (bugs.length > 0) throw bugs[0];
	}
	for (const phone of phones) {
		const left = phone.device.pending();
		if (left.length > 0)
			throw new Violation(`${phone.name} still waits: ${JSON.stringify(left.slice(0, 3))}`);
	}
}

/**
 * The same rows in a database whose stamps are made anew from the rows alone. What was forgotten in
 * the run is not forgotten there, so that comparing with it finds what no phone was told of.
 */
async function stampedAnew(memory: MemoryPort): Promise<MemoryPort> {
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
async function compare(world: World, phones: readonly Phone[]): Promise<void> {
	for (const [index, phone] of phones.entries()) {
		const wanted = await everythingFor(world, phone.actor, index);
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
			schema: 1,
			build: 'reference',
			device: { id: id('device', 100 + index), browserId: id('browser', 100 + index) },
			pending: 0,
			cursors,
			mutations: [],
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
async function checkLog(memory: MemoryPort, phones: readonly Phone[]): Promise<void> {
	const { log } = memory.state();
	for (const phone of phones) {
		const told = new Map((await phone.device.history(10_000)).map((each) => [each.id, each]));
		for (const mutationId of phone.tapped) {
			const entry = log.get(mutationId);
			if (!entry) throw new Violation(`${phone.name} pressed ${mutationId}, the log has it not`);
			const status = told.get(mutationId)?.status;
			if (status !== entry.status)
				throw new Violation(
					`${phone.name} was told ${String(status)} of ${entry.name}, the log says ${entry.status}`,
				);
		}
	}
}
