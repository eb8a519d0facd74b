import { setTimeout as pause } from 'node:timers/promises';
import { seeded, type Random } from '#tests/simulation/random.ts';
import { readStream } from '#tests/support/streams.ts';
import { disasters } from './disasters.ts';
import { originOf, type Garage, type Person, type Place } from './garage.ts';
import { catchUp, WireViolation, type PlainPhone } from './plain-phone.ts';
import { tapSomething } from './taps.ts';
import {
	brokenLaws,
	changedAnswers,
	divergence,
	lostPromises,
	statesIn,
	strayed,
	type Seen,
} from './truth.ts';

export type Round = {
	readonly nth: number;
	readonly disaster: string;
	/** Answered to phones by its end, over all rounds. */
	readonly promised: number;
	readonly lost: number;
	/** Promises by their status. */
	readonly statuses: Readonly<Record<string, number>>;
	/** How long it took until everything ran again. */
	readonly healMs: number;
	/** All that was found wrong, in words. */
	readonly wrong: readonly string[];
};

const healSecondsMax = 120;
const repeatedMax = 20;

/** So that every disaster has its turn, whatever the seed. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
	return items
		.map((item) => [random.next(), item] as const)
		.sort(([a], [b]) => a - b)
		.map(([, item]) => item);
}

/** Rounds of work, disaster, healing and judgement, one after the other on the same house. */
export async function* chaosRounds(
	garage: Garage,
	count: number,
	seed: number,
	among = disasters,
): AsyncGenerator<Round> {
	const random = seeded(seed);
	let seen = await look(garage);
	let turns: typeof disasters = [];
	for (let nth = 1; nth <= count; nth += 1) {
		if (turns.length === 0) turns = shuffled(among, random);
		const [disaster, ...rest] = turns;
		turns = rest;
		const struck = await strike(garage, disaster!, random);
		// Where nothing gets through, nothing else can be asked.
		const judged =
			struck.wrong.length > 0 ? { wrong: [], lost: 0, seen } : await judge(garage, seen, random);
		seen = judged.seen;
		const wrong = [...struck.wrong, ...judged.wrong];
		const promises = garage.people.flatMap(({ phone }) => phone.promised);
		const byStatus = Map.groupBy(promises, ({ ack }) => ack.status);
		const statuses = Object.fromEntries([...byStatus].map(([name, some]) => [name, some.length]));
		const { healMs } = struck;
		const { lost } = judged;
		const promised = promises.length;
		yield { nth, disaster: disaster!.name, promised, statuses, lost, healMs, wrong };
	}
}

async function look(garage: Garage): Promise<Seen> {
	const truth = await garage.truth();
	try {
		return await statesIn(truth);
	} finally {
		await truth.close();
	}
}

/** People work, it strikes, they go on trying, and all is mended. */
async function strike(garage: Garage, disaster: (typeof disasters)[number], random: Random) {
	const wrong: string[] = [];
	const working = new AbortController();
	const work = Promise.all(
		garage.people.map((person, nth) =>
			goOn(garage, person, seeded(random.below(2 ** 30) + nth), working.signal, wrong),
		),
	);
	const fellBefore = garage.places.map(({ server }) => server.fell());
	await pause(200 + random.below(800));
	await disaster.strike(garage, random);
	await pause(300 + random.below(1_500));
	working.abort();
	const began = performance.now();
	await garage.heal();
	await work;
	wrong.push(...(await Promise.all(garage.people.map((each) => emptied(garage, each)))).flat());
	const healMs = Math.round(performance.now() - began);
	garage.places.forEach(({ server }, nth) => {
		if (server.fell() > (fellBefore[nth] ?? 0))
			wrong.push(`server ${nth} ended by itself: ${server.errors()}`);
	});
	return { wrong, healMs };
}

/** Presses and sends, to whichever server, until the day is over. A trip that fails is made again. */
async function goOn(
	{ places }: Garage,
	{ phone, role }: Person,
	random: Random,
	over: AbortSignal,
	wrong: string[],
): Promise<void> {
	while (!over.aborted) {
		if (phone.pending() < 10) tapSomething(phone, role, random, Date.now());
		await trip(phone, random.pick(places), 1_000 + random.below(1_500), wrong);
		await pause(random.below(40));
	}
}

/** One request through the front; what no server in its senses says is remembered. */
async function trip(
	phone: PlainPhone,
	{ front }: Place,
	patienceMs: number,
	wrong: string[],
): Promise<void> {
	try {
		await phone.sync(originOf(front.port), patienceMs);
	} catch (error) {
		if (error instanceof WireViolation) wrong.push(error.message);
		await pause(20); // Anything else is what a phone expects of a network.
	}
}

/** After the healing everything gets through, to each of the servers. */
async function emptied({ places }: Garage, { phone }: Person): Promise<string[]> {
	const until = performance.now() + healSecondsMax * 1_000;
	const wrong: string[] = [];
	for (const place of places) {
		// One trip at least, so that a server that answers nobody is found although nothing waits.
		let heard = false;
		while (!heard || phone.pending() > 0) {
			if (performance.now() > until)
				return [...wrong, `${phone.name} gets nothing through, ${phone.pending()} wait`];
			try {
				await phone.sync(originOf(place.front.port), 10_000);
				heard = true;
			} catch (error) {
				if (error instanceof WireViolation) return [...wrong, error.message];
				await pause(50);
			}
		}
	}
	return wrong;
}

async function judge(garage: Garage, before: Seen, random: Random) {
	const phones = garage.people.map(({ phone }) => phone);
	const truth = await garage.truth();
	try {
		const lost = await lostPromises(truth, phones);
		const wrong = [...lost, ...(await brokenLaws(truth))];
		for (const phone of phones) {
			const origin = originOf(random.pick(garage.places).server.port());
			const last = phone.promised.slice(-repeatedMax);
			wrong.push(...(await changedAnswers(phone, origin, last)));
			wrong.push(...(await untilNone(() => divergence(garage, phone))));
		}
		wrong.push(...(await unheard(garage)), ...(await counted(garage)));
		const seen = await statesIn(truth);
		wrong.push(...strayed(before, seen));
		return { wrong, lost: lost.length, seen };
	} finally {
		await truth.close();
	}
}

/** The clock may move something between two looks; what is really wrong stays so. */
async function untilNone(find: () => Promise<string[]>): Promise<string[]> {
	for (let tries = 1; ; tries += 1) {
		const found = await find();
		if (found.length === 0 || tries === 5) return found;
		await pause(1_000);
	}
}

/** A write on either server is told on a stream of the other. */
async function unheard({ places, people }: Garage): Promise<string[]> {
	const { phone } = people[0]!;
	const wrong: string[] = [];
	for (const [here, there] of [places, places.toReversed()].map((both) => both.map(portOf))) {
		const answer = await fetch(`${originOf(there!)}/api/sync/live`, {
			headers: { authorization: `Bearer ${phone.token}` },
			signal: AbortSignal.timeout(60_000),
		});
		const stream = readStream(answer);
		try {
			await stream.until('heads');
			tapSomething(phone, 'customer', alwaysABike, Date.now());
			await catchUp(phone, originOf(here!));
			const event = await stream.next();
			if (event === null || !('heads' in event) || Object.keys(event.heads).length === 0)
				wrong.push(`the other server was told ${JSON.stringify(event)}`);
		} catch (error) {
			wrong.push(`the other server's stream told nothing: ${String(error)}`);
		} finally {
			stream.hangUp();
		}
	}
	return wrong;
}

const portOf = ({ server }: Place): number => server.port();
const alwaysABike: Random = { ...seeded(1), chance: () => false };

/** Each server's own watch over the laws has found nothing. */
async function counted({ places }: Garage): Promise<string[]> {
	const wrong: string[] = [];
	for (const { server } of places) {
		const answer = await fetch(`${originOf(server.port())}/api/health/ready`);
		const body = (await answer.json()) as { violations?: number };
		if (answer.status !== 200 || body.violations !== 0)
			wrong.push(`a server is not well: ${answer.status} ${JSON.stringify(body)}`);
	}
	return wrong;
}
