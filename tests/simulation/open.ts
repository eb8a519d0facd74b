import { asAnother } from '#lib/device/sync/settle.ts';
import { monday } from '#tests/support/cast.ts';
import { accidentsOf, type AccidentName } from './accidents.ts';
import { answer, type Session } from './answering.ts';
import { phonesIn } from './cast.ts';
import { faultsOf } from './faults/network.ts';
import { startFleet, type Fleet } from './fleet.ts';
import type { Instance } from './instances.ts';
import type { Mutant } from './mutant.ts';
import { lineTo, type Wire } from './network.ts';
import { actorIn, openingDay, plantTown } from './opening.ts';
import { createTexts } from './oracle.ts';
import { phoneOf, type Phone } from './phone.ts';
import { seeded } from './random.ts';
import { madeId, type Scene } from './scene.ts';
import { createStore } from './store.ts';
import { VirtualTime } from './virtual-time.ts';
import { isWeather } from './weather.ts';

type World = Pick<
	Scene,
	'random' | 'time' | 'store' | 'broken' | 'meanwhile' | 'texts' | 'past' | 'phones' | 'told'
> & {
	readonly mutant: Mutant | null;
	readonly fleet: Fleet;
	/** The server has told this phone that work on it was lost. */
	readonly lost: (phone: Phone) => void;
};

/** A world for one seed, as it is in the morning. */
export async function openGarage(
	seed: number,
	mutant: Mutant | null,
	only: readonly AccidentName[] | undefined,
) {
	const random = seeded(seed);
	const time = new VirtualTime(monday);
	const bugs: unknown[] = [];
	const broken = (error: unknown) => void bugs.push(error);
	const meanwhile = (work: Promise<unknown>) => {
		work.catch((error: unknown) => {
			if (!isWeather(error)) broken(error);
		});
	};
	const store = createStore(mutant?.flaws ?? {});
	await plantTown(store.port, random);
	const flawed = mutant?.port;
	const fleet = startFleet({ random, time, store, broken, meanwhile, flawed });
	await openingDay(fleet.calm, random);
	store.beginHere();

	const told: unknown[] = [];
	const past: Scene['past'] = { backup: null, isRestored: false };
	const world = { random, time, store, broken, meanwhile, texts: createTexts(), past, phones: [] };
	const scene: Scene = peopled({
		...world,
		mutant,
		fleet,
		told,
		lost: (phone) => {
			scene.losses = [...scene.losses, { phone, deviceId: null }];
		},
	});
	const accidents = accidentsOf(random, only);
	const accidentsTold = () =>
		told
			.flatMap((each) => ((each as unknown[]).length === 3 ? [JSON.stringify(each)] : []))
			.join(' ');
	return { scene, bugs, accidents, accidentsTold, story: () => storyOf(scene, told) };
}

/** Everything that matters, in the order in which it happened. */
function storyOf({ store, phones }: Scene, told: readonly unknown[]): string {
	const { commits } = store.history();
	const { tables } = store.state();
	return JSON.stringify({
		commits: commits.map(({ at, log }) => [at, [...log.values()]]),
		tables: [...tables].map(([name, rows]) => [name, [...rows.values()]]),
		told,
		tapped: phones.map(({ name, tapped }) => [name, tapped]),
	});
}

function peopled(world: World): Scene {
	const { random, time, fleet, broken, phones, mutant, past } = world;
	const sessions = new Map<Phone, Session>();
	const wires = new Map<Phone, Wire>();
	const faults = faultsOf(random);
	const signIn = (phone: Phone) => {
		const id = madeId(world, time.now());
		const userId = String(phone.actor.userId);
		sessions.set(phone, { id, userId, askedLeft: null, isAlive: true });
		phone.restart();
	};
	const place = (make: (wire: Wire) => Phone): Phone => {
		const wire = wireIn(world, () => phone, sessions);
		wire.faults = faults;
		const phone = make(wire);
		wires.set(phone, wire);
		return phone;
	};
	for (const [index, { name, actor, number }] of phonesIn(random).entries()) {
		const phone = place((line) =>
			phoneOf({
				...{ name, number, device: index + 1, actor, line, time, random, broken },
				...{ store: mutant?.store, excused: () => past.isRestored || hasLeft(phones, name) },
			}),
		);
		if (random.chance(0.3)) phone.skewMs = (random.below(53) - 26) * 3_600_000;
		signIn(phone);
		if (phones.some((other) => other.number === number)) phone.switchOff();
		phones.push(phone);
	}
	return {
		...world,
		...fleet,
		...{ signIn, losses: [] },
		wireOf: (phone) => wires.get(phone) as Wire,
		sessionOf: (phone) => sessions.get(phone) as Session,
		copyOf: (phone, name) => {
			const copy = place((line) => phone.copied(name, line));
			sessions.set(copy, sessions.get(phone) as Session);
			(wires.get(copy) as Wire).oldSchema = (wires.get(phone) as Wire).oldSchema;
			phones.push(copy);
		},
		reborn: mutant?.reborn ?? asAnother,
		noticesEviction: mutant?.noticesEviction ?? true,
		updated: mutant?.updated ?? (async () => undefined),
	};
}

/** Of whom rights have ended: what he did shows as impossible from then on. */
const hasLeft = (phones: readonly Phone[], name: string): boolean =>
	phones
		.filter((each) => each.name.startsWith(name))
		.some(({ actor }) => actor.grants.some((each) => each.revokedAt !== undefined));

/** A phone's way to the servers: mostly to the same one, now and then to another. */
function wireIn(
	{ random, time, fleet, store, broken, texts, mutant, told, lost }: World,
	phone: () => Phone,
	sessions: ReadonlyMap<Phone, Session>,
): Wire {
	let last: Instance | null = null;
	const ask = (bytes: string) => {
		const any = fleet.anyServer();
		const server = last?.isAlive() && random.chance(0.7) ? last : any;
		last = server;
		const session = sessions.get(phone()) as Session;
		const { note } = texts;
		return answer({ store, broken, note, actorKept: mutant?.actorKept }, server, session, bytes);
	};
	const wire: Wire = lineTo({
		...{ time, random, tampering: mutant, broken, ask },
		through: ({ acks, lastSeq, era, now, earlier }) => {
			const mine = phone();
			if (earlier && earlier.pending > 0) lost(mine);
			mine.actor = actorIn(store.state(), String(mine.actor.userId));
			if (last) fleet.follow(mine, wire, last);
			told.push([mine.name, now, era, lastSeq, acks]);
		},
	});
	return wire;
}
