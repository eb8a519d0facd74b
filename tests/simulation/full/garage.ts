import type { MemoryState } from '#server/db/memory.ts';
import { checkSafety, Violation } from '../invariants.ts';
import { night } from '../nights.ts';
import { press, tapOn } from '../taps.ts';
import { happen } from './accidents.ts';
import { judge } from './judge.ts';
import type { FullMutant } from './mutants.ts';
import type { Commit } from './journal.ts';
import { fair } from './line.ts';
import { byAny, byServer } from './servers.ts';
import type { FullPhone, FullWorld } from './scene.ts';
import { atRest, openWorld, passing } from './world.ts';

const stepsMin = 20;
const stepsMax = 60;
/** So long after the last fault at most everybody has the same, in minutes. */
const healMinutesMax = 20;

/**
 * Runs one seed whole against the real server: its routes, its sign-in, its SQL on the embedded
 * database. Faults and taps first, laws after each step; then all is mended and compared. Answers
 * with what happened.
 */
export async function runSeed(seed: number, mutant: FullMutant | null = null): Promise<string> {
	const world = await openWorld(seed, mutant);
	try {
		return await live(world);
	} finally {
		await close(world);
	}
}

/** Whoever is in the middle of something, ends: the next world is to find the database free. */
async function close({ phones, servers, time, underWay }: FullWorld): Promise<void> {
	for (const phone of phones) phone.line.online = false;
	for (const server of servers.all) server.alive = false;
	for (await underWay.idle(); !underWay.isOver; await underWay.idle()) await time.advance(1_000);
}

async function live(world: FullWorld): Promise<string> {
	const steps = stepsMin + world.random.below(stepsMax - stepsMin);
	let before: MemoryState | null = null;
	const check = async () => {
		await atRest(world);
		if (world.bugs.length > 0) throw world.bugs[0];
		if (!world.database.isDirty) return;
		world.database.isDirty = false;
		const state = await world.look();
		for (const id of world.acked)
			if (!state.log.has(id)) throw new Violation(`${id} was acknowledged, the log has it not`);
		checkSafety(state, before);
		before = state;
		for (const server of world.servers.all)
			if (server.violations() > 0) throw new Violation('the server saw a law broken itself');
	};
	for (let step = 0; step < steps; step += 1) {
		await oneStep(world, world.random.pick(world.phones));
		await check();
	}
	await heal(world, check);
	return judge(world);
}

async function oneStep(world: FullWorld, phone: FullPhone): Promise<void> {
	const { random, time, broken } = world;
	const dice = random.next();
	if (dice < 0.5) {
		const tap = await tapOn(phone, time, random);
		if (tap) press(phone, tap).catch(broken);
	} else if (dice < 0.52) byAny(world, (server) => night(server.world, random));
	else if (dice < 0.62) await happen(world, phone);
	else if (dice < 0.66) phone.line.online = !phone.line.online;
	else if (dice < 0.7) phone.restart();
	else if (dice < 0.76) phone.device.wake();
	else {
		await time.advance(random.pick([50, 200, 1_000, 5_000, 30_000, 120_000]));
		runTimers(world);
	}
}

/** One server runs what is due, or all do at once. In one of them the second waits for the first. */
function runTimers(world: FullWorld): void {
	const { servers, random } = world;
	const some = random.chance(0.2) ? servers.all : servers.all.slice(0, 1);
	for (const server of some) {
		if (server.runsTimers || !server.alive) continue;
		server.runsTimers = true;
		byServer(world, server, () =>
			server.timers.run().finally(() => {
				server.runsTimers = false;
			}),
		);
	}
}

/** The faults end, everybody is signed in and online, and time passes until nothing changes. */
async function heal(world: FullWorld, check: () => Promise<void>): Promise<void> {
	const { strikes, servers, phones, time, underWay, journal, signIn } = world;
	strikes.end();
	await passing(world, servers.replaceDead());
	for (const phone of phones) {
		phone.line.weather = fair;
		phone.line.online = true;
		await signIn(phone);
	}
	let calm = 0;
	for (let minute = 0; minute < healMinutesMax && calm < 2; minute += 1) {
		const performed = mutationsIn(journal);
		runTimers(world);
		await check();
		for (const phone of phones) phone.device.wake();
		await underWay.idle();
		await time.advance(60_000);
		await check();
		const waits = phones.some((phone) => phone.device.pending().length > 0);
		calm = waits || mutationsIn(journal) > performed ? 0 : calm + 1;
	}
}

const mutationsIn = (journal: readonly Commit[]): number =>
	journal.reduce((sum, each) => sum + (each.kind === 'transaction' ? each.claims.length : 0), 0);
