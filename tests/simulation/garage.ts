import type { Actor } from '#sync/core/actor.ts';
import { addMinutes } from '#sync/core/time.ts';
import { memoryPort, type MemoryState } from '#server/db/memory.ts';
import { plant } from '#server/db/plant.ts';
import type { Port } from '#server/db/port.ts';
import { asAnother } from '#lib/device/sync/settle.ts';
import { reactions } from '#server/domain/reactions.ts';
import {
	accidentsOf,
	happen,
	mend,
	moodyReactions,
	signInAgain,
	type Accident,
	type Scene,
	type ServerMood,
} from './accidents.ts';
import { timersIn } from './clock.ts';
import { mutationOf } from '#server/domain/mutation-of.ts';
import { perform, type World } from '#server/domain/perform.ts';
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
import { checkLog, compare, install, stampedAnew } from './judging.ts';
import type { Mutant } from './mutants.ts';
import { lineTo, noFaults, type Faults } from './network.ts';
import { night, windowRows } from './nights.ts';
import { phoneOf, type Phone } from './phone.ts';
import { seeded, type Random } from './random.ts';
import { press, tapOn } from './taps.ts';
import { quiet, VirtualTime } from './virtual-time.ts';

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
	await plant(memory, [...castRows(), ...windowRows(random)]);
	const port = smallPages(mutant?.port ? mutant.port(memory) : memory, random);
	const mood: ServerMood = { crashing: false };
	const world: World = {
		...{ port, now: time.now, committed: () => undefined },
		reactions: moodyReactions(reactions, mood),
	};
	const bugs: unknown[] = [];
	const broken = (error: unknown) => void bugs.push(error);
	await openingDay(world, random);
	const phones = phonesOf(world, time, random, mutant, broken);
	const scene: Scene = {
		...{ world, mood, time, random, phones, broken },
		lineFor: ({ actor, line }) => {
			const another = lineTo(world, actor, time, random, mutant, broken);
			another.faults = line.faults;
			return another;
		},
		reborn: mutant?.reborn ?? asAnother,
		noticesEviction: mutant?.noticesEviction ?? true,
	};
	const known = accidentsOf(random, mutant?.worlds);
	let before: MemoryState | null = null;

	return {
		random,
		step: async () => {
			await oneStep(scene, known, random.pick(phones));
			await quiet();
		},
		check: () => {
			if (bugs.length > 0) throw bugs[0];
			checkSafety(memory.state(), before);
			before = memory.state();
		},
		story: () => JSON.stringify([...memory.state().log.values()]),
		heal: () => heal(scene, bugs),
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
		const phone = phoneOf({
			...{ name, number: number + 1, actor, line, time, random, broken },
			store: mutant?.store,
		});
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

async function oneStep(scene: Scene, known: readonly Accident[], phone: Phone): Promise<void> {
	const { world, time, random, broken } = scene;
	const dice = random.next();
	if (dice < 0.56) {
		const tap = await tapOn(phone, time, random);
		if (tap) press(phone, tap).catch(broken);
	} else if (dice < 0.58) await night(world, random);
	else if (dice < 0.63) await happen(scene, known, phone);
	else if (dice < 0.68) phone.line.online = !phone.line.online;
	else if (dice < 0.72) phone.restart();
	else if (dice < 0.77) phone.device.wake();
	else {
		await time.advance(random.pick([100, 1_000, 5_000, 30_000, 60_000, 300_000]));
		await timersIn(world).run();
	}
}

/**
 * The faults end: the server is mended, every phone is signed in and online, and time passes until
 * nothing waits any more.
 */
async function heal(scene: Scene, bugs: readonly unknown[]): Promise<void> {
	const { world, time, phones } = scene;
	await mend(scene);
	for (const phone of phones) {
		phone.line.faults = noFaults;
		phone.line.online = true;
	}
	for (let minute = 0; minute < 15; minute += 1) {
		for (const phone of phones) {
			if (phone.device.status().network === 'revoked') await signInAgain(scene, phone);
			phone.device.wake();
		}
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
