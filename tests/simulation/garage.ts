import { happen, type AccidentName } from './accidents.ts';
import { evictDocuments, signInAgain, update } from './faults/phone.ts';
import { healServers } from './faults/server.ts';
import { checkSafety, Violation } from './invariants.ts';
import { checkLog, compare, stampedAnew } from './judging.ts';
import type { Mutant } from './mutant.ts';
import { noFaults } from './network.ts';
import { night } from './nights.ts';
import { checkAgainstOracle } from './oracle.ts';
import { DiskFull, type Phone } from './phone.ts';
import { checkLosses, checkPromises } from './promises.ts';
import type { Scene } from './scene.ts';
import { openGarage } from './open.ts';
import { press, tapOn } from './taps.ts';
import { quiet } from './virtual-time.ts';

const stepsMin = 30;
const stepsMax = 120;
/** So long after the last fault at most everybody has the same, in minutes. */
const healMinutes = 15;

export type RunOptions = {
	readonly mutant?: Mutant | null;
	/** Only these kinds of accidents happen. */
	readonly only?: readonly AccidentName[];
};

/**
 * Runs one seed whole: faults and taps first, laws after each step; then heals and compares. Answers
 * with all that happened: what was committed, in that order, and what phones were told.
 */
export async function runSeed(
	seed: number,
	{ mutant = null, only }: RunOptions = {},
): Promise<string> {
	const garage = await openGarage(seed, mutant, only ?? mutant?.worlds);
	try {
		await live(garage);
	} catch (error) {
		if (error instanceof Error) error.message += `\nWhat had happened: ${garage.accidentsTold()}`;
		throw error;
	}
	return garage.story();
}

async function live({ scene, accidents, bugs }: Awaited<ReturnType<typeof openGarage>>) {
	const { random, phones, store } = scene;
	let before = store.state();
	let era = store.era();
	const check = () => {
		if (bugs.length > 0) throw bugs[0];
		checkSafety(store.state(), store.era() === era ? before : null);
		before = store.state();
		era = store.era();
	};

	const steps = stepsMin + random.below(stepsMax - stepsMin);
	for (let step = 0; step < steps; step += 1) {
		await oneStep(scene, accidents, random.pick(phones));
		check();
	}
	await heal(scene, check);
	await compare({ ...scene.calm, port: await stampedAnew(store.port) }, phones);
	await checkLog(store.port, phones);
	checkPromises(scene);
	await checkLosses(scene);
	await checkAgainstOracle(store, scene.texts);
}

async function oneStep(scene: Scene, known: readonly AccidentName[], phone: Phone): Promise<void> {
	const { time, random, meanwhile, wireOf, anyServer } = scene;
	const dice = random.next();
	if (dice < 0.5) {
		meanwhile(tap(scene, phone));
		if (random.chance(0.4)) meanwhile(tap(scene, random.pick(scene.phones)));
	} else if (dice < 0.52) meanwhile(night(anyServer().world, random));
	else if (dice < 0.65) meanwhile(happen(scene, known, phone));
	else if (dice < 0.69) wireOf(phone).online = !wireOf(phone).online;
	else if (dice < 0.72) phone.restart();
	else if (dice < 0.76) phone.device.wake();
	else {
		await time.advance(random.pick([100, 1_000, 5_000, 30_000, 60_000, 300_000]));
		runTimers(scene);
	}
	await quiet();
}

/** A person uses his phone, in whichever tab, if it is his turn with it. */
async function tap({ time, random }: Scene, phone: Phone): Promise<void> {
	if (!phone.isOn) return;
	const { second } = phone;
	const used = second && random.chance(0.5) ? { ...phone, device: second } : phone;
	try {
		const wanted = await tapOn(used, time, random);
		if (wanted) await press(used, wanted);
	} catch (error) {
		// An app that cannot open for want of room shows nothing to tap on.
		if (!(error instanceof DiskFull)) throw error;
		if (phone.isStuck) phone.restart();
	}
}

/** The clock's work, by one server or by two at the same moment. */
function runTimers({ servers, anyServer, meanwhile, random }: Scene): void {
	meanwhile(anyServer().timers.run());
	if (servers.length > 1 && random.chance(0.3)) meanwhile(anyServer().timers.run());
}

/**
 * The faults end: new servers start, every phone is on, updated, signed in and online, and time
 * passes until nothing waits any more.
 */
async function heal(scene: Scene, check: () => void): Promise<void> {
	const { phones, wireOf, sessionOf } = scene;
	healServers(scene);
	for (const phone of phones) {
		const wire = wireOf(phone);
		wire.free();
		Object.assign(wire, { faults: noFaults, online: true, deaf: null });
		if (!phone.isOn) phone.restart();
		// Documents and cursors are two databases: only the lock keeps them together. Where there was
		// none, nothing that was pressed is lost, but the documents have to be read anew.
		if (phone.wasTwo) evictDocuments(phone);
		phone.dieAt(Number.POSITIVE_INFINITY, 'before');
		phone.disk.failWrites(null);
		phone.disk.failWriteAt(Number.POSITIVE_INFINITY, new DiskFull('never'));
		await update(scene, phone);
		sessionOf(phone).askedLeft = null;
	}
	for (let minute = 0; minute < healMinutes; minute += 1) {
		await minuteOfHealing(scene);
		runTimers(scene);
		await quiet();
		check();
	}
	// What the last timers did, phones hear now.
	await minuteOfHealing(scene);
	for (const phone of phones) {
		const left = phone.device.pending();
		if (left.length > 0)
			throw new Violation(`${phone.name} still waits: ${JSON.stringify(left.slice(0, 3))}`);
	}
}

async function minuteOfHealing(scene: Scene): Promise<void> {
	const { time, phones, sessionOf } = scene;
	for (const phone of phones) {
		const { network } = phone.device.status();
		if (network === 'revoked') await signInAgain(scene, phone);
		else if (!sessionOf(phone).isAlive) scene.signIn(phone);
		else if (phone.isStuck) phone.restart();
		phone.device.wake();
		phone.second?.wake();
	}
	await quiet();
	await time.advance(60_000);
	await quiet();
}
