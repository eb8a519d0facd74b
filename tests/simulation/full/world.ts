import { roleGrant } from '#sync/access/entity.ts';
import { addMinutes } from '#sync/core/time.ts';
import type { Actor } from '#sync/core/actor.ts';
import { mutationOf } from '#server/domain/mutation-of.ts';
import { perform, type World } from '#server/domain/perform.ts';
import { plant } from '#server/db/plant.ts';
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
import { windowRows } from '../nights.ts';
import { phoneOf } from '../phone.ts';
import { seeded, type Random } from '../random.ts';
import { VirtualTime } from '../virtual-time.ts';
import { accidentsOf } from './accidents.ts';
import { Database } from './database.ts';
import { recorded, type Commit } from './journal.ts';
import { lineTo, type Jar, type Way, type Weather } from './line.ts';
import type { FullMutant } from './mutants.ts';
import type { Wire } from './oracle.ts';
import { lookAt } from './rows.ts';
import type { FullPhone, FullWorld } from './scene.ts';
import { Servers } from './servers.ts';
import { Strikes } from './strikes.ts';
import { aSession, emptyTown, theDatabase } from './town.ts';
import { UnderWay } from './under-way.ts';

/** An emptied database, one or two servers on it, three phones, and what may go wrong this time. */
export async function openWorld(seed: number, mutant: FullMutant | null): Promise<FullWorld> {
	const base = await theDatabase();
	await emptyTown(base);
	const random = seeded(seed);
	const underWay = new UnderWay();
	const time = new VirtualTime(monday, underWay.idle);
	const strikes = new Strikes();
	const bugs: unknown[] = [];
	const broken = (error: unknown) => void bugs.push(error);
	const latencyMsMax = random.pick([0, 3, 3, 40, 400]);
	const pageRows = random.pick([1, 2, 5, 1_000]);
	const rewrite = mutant?.rewrite ?? ((text: string) => text);
	const database = new Database({
		...{ base, time, seed, underWay, strikes, latencyMsMax, pageRows, rewrite, broken },
	});
	const journal: Commit[] = [];
	const servers = new Servers({
		...{ time, database, underWay },
		portOf: (port) => {
			const written = recorded(port, database, underWay, journal);
			return mutant?.port?.(written) ?? written;
		},
	});
	const wire: Wire = new Map();
	const acked = new Set<string>();
	const look = lookAt(base);

	await passing({ time, underWay }, openDay(servers, underWay, random));
	let sessions = 0;
	const signIn: FullWorld['signIn'] = async ({ actor, jar }) => {
		await atRest({ underWay, database, time });
		jar.cookie = await aSession(base, actor, id('device', 1_000 + (sessions += 1)));
	};
	const way: Way = {
		...{ time, random, underWay, wire, acked, broken },
		server: () => servers.any(random.below(12)),
	};
	const newLine = (jar: Jar) => lineTo(way, jar);
	const phones: FullPhone[] = [];
	const weather = weatherOf(random);
	for (const [number, [name, actor]] of castOf(random).entries()) {
		const jar: Jar = { cookie: '' };
		await signIn({ actor, jar });
		const line = newLine(jar);
		line.weather = weather;
		const phone = phoneOf({ ...{ name, number: number + 1, actor, line, time, random, broken } });
		if (random.chance(0.3)) phone.skewMs = (random.below(53) - 26) * 3_600_000;
		phones.push(Object.assign(phone, { line, jar }));
	}
	return {
		...{ seed, base, random, time, underWay, strikes, database, servers, phones, journal },
		...{ wire, acked },
		...{ look, newLine, signIn, bugs, broken },
		accidents: accidentsOf(random, mutant?.worlds),
	};
}

/** Lets time pass until something is done. */
export async function passing<T>(
	{ time, underWay }: Pick<FullWorld, 'time' | 'underWay'>,
	work: Promise<T>,
): Promise<T> {
	let over = false;
	const done = work.finally(() => {
		over = true;
	});
	done.catch(() => undefined);
	for (;;) {
		await underWay.idle();
		if (over) return done;
		await time.advance(100);
	}
}

/**
 * Lets time pass until nobody is in the middle of a transaction: whoever reaches past the servers
 * for the database's one session would wait for time, and time for him.
 */
export async function atRest({
	underWay,
	database,
	time,
}: Pick<FullWorld, 'underWay' | 'database' | 'time'>): Promise<void> {
	await underWay.idle();
	while (database.isHeld) {
		await time.advance(1);
		await underWay.idle();
	}
}

async function openDay(servers: Servers, underWay: UnderWay, random: Random): Promise<void> {
	await servers.open();
	if (random.chance(0.5)) await servers.open();
	const [first] = servers.all;
	if (!first) throw new Error('no server runs');
	await plant(first.world.port, [...castRows(), ...windowRows(random)]);
	await underWay.task(() => firstVisits(first.world, random));
}

/** The day begins with a few visits agreed, so that there is work from the first tap on. */
async function firstVisits(world: World, random: Random): Promise<void> {
	const guests = [
		[asha, ashasBike],
		[kiran, kiransBike],
		[divya, divyasBike],
	] as const;
	for (const [index, [actor, vehicleId]] of guests.entries()) {
		if (random.chance(0.2)) continue;
		// As a route does: who somebody is, is asked of the database.
		await world.port.list(roleGrant, { userId: actor.userId });
		const startAt = addMinutes(monday, 30 + 30 * random.below(3));
		const args = { shopId: lakshmiMotors, vehicleId, serviceTypeIds: [service.wash], startAt };
		const made = (n: number) => ({ id: id('booking', 2 * index + n), now: world.now() });
		const hold = mutationOf('booking.request', args, made(0));
		const [held] = await perform(world, [{ actor, mutation: hold, hash: hold.id }]);
		const bookingId = String(held?.ids?.['bookingId']);
		const yes = mutationOf('booking.confirm', { bookingId }, made(1));
		await perform(world, [{ actor, mutation: yes, hash: yes.id }]);
	}
}

/** A customer, and two who work at the shop. */
function castOf(random: Random): (readonly [string, Actor])[] {
	const customers = [
		['asha', asha],
		['kiran', kiran],
		['divya', divya],
	] as const;
	const staff = [
		['ravi', ravi],
		['meena', meena],
		['lakshmi', lakshmi],
	] as const;
	const absent = random.pick(staff);
	return [random.pick(customers), ...staff.filter((each) => each !== absent)];
}

/** A random subset, so that rare combinations come up and quiet runs too. */
const weatherOf = (random: Random): Weather => ({
	requestLost: random.chance(0.4) ? 0.25 : 0,
	requestCut: random.chance(0.3) ? 0.2 : 0,
	replyLost: random.chance(0.5) ? 0.25 : 0,
	replyCut: random.chance(0.3) ? 0.2 : 0,
	duplicate: random.chance(0.5) ? 0.2 : 0,
	delayMsMax: random.chance(0.5) ? 20_000 : 200,
});
