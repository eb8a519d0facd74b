import type { Breach } from '#sync/core/law.ts';
import type { Port, PullRequest } from '#server/db/port.ts';
import type { World } from '#server/domain/perform.ts';
import { reactions, type Reactions } from '#server/domain/reactions.ts';
import { lawWatch } from '#server/laws/watch.ts';
import { goodMood, startInstance, type Instance, type ServerMood } from './instances.ts';
import { Violation } from './invariants.ts';
import type { Wire } from './network.ts';
import { serversIds } from './opening.ts';
import type { Phone } from './phone.ts';
import type { Random } from './random.ts';
import type { Scene } from './scene.ts';

/** All server processes on the one database, and the streams by which they tell phones of news. */
export type Fleet = Pick<Scene, 'servers' | 'mood' | 'anyServer' | 'calm' | 'silence'> & {
	/** From now on this phone hears of news by this process. */
	readonly follow: (phone: Phone, wire: Wire, by: Instance) => void;
};

const serversMax = 3;
const pokeMs = 40;
const pokeMsMax = 300;

export type FleetOptions = Pick<Scene, 'random' | 'time' | 'store' | 'broken' | 'meanwhile'> & {
	/** A bug planted between the servers and their database. */
	readonly flawed: ((port: Port) => Port) | undefined;
};

export function startFleet(options: FleetOptions): Fleet {
	const { random, time, store, broken, meanwhile, flawed = (port) => port } = options;
	// The eyes that the server has on each commit look on as well, below whatever bug is planted.
	const told = (breach: Breach) => broken(new Violation(`online: ${JSON.stringify(breach)}`));
	const watched = lawWatch({ told, failed: broken }).over<Port>(store.port);
	const port = smallPages(watched, random);
	// Questions that take their time let requests overlap; in some seeds they do from the start.
	const mood: ServerMood = { ...goodMood, slow: random.pick([0, 0, 0.1, 0.4]) };
	const rules = moodyReactions(mood);
	const streams = createStreams(options);
	const newId = serversIds();
	const committed = streams.poke;
	const start = () =>
		startInstance({ ...{ port, time, random, mood, newId, committed, flawed }, reactions: rules });
	const servers = Array.from({ length: 1 + random.below(serversMax) }, start);
	const calm: World = {
		...{ port: flawed(port), now: time.now, reactions: rules },
		committed: () => streams.poke(null),
	};
	return {
		...{ servers, mood, calm, follow: streams.follow, silence: streams.silence },
		anyServer: () => {
			for (const [index, server] of servers.entries()) {
				if (server.isAlive()) continue;
				const fresh = start();
				servers[index] = fresh;
				meanwhile(fresh.replay());
			}
			return random.pick(servers);
		},
	};
}

/** The server's rules, which crash on a beginning while the mood is so. */
const moodyReactions = (mood: ServerMood): Reactions => ({
	...reactions,
	'job.started': (ctx, event) => {
		if (mood.crashing) throw new TypeError('planted: an older version crashes here');
		return reactions['job.started'](ctx, event);
	},
});

/** Pages of a few rows, so that acks and what they moved come in different answers. */
const smallPages = (port: Port, random: Random): Port => {
	const rowsMax = random.pick([1, 2, 5, 1_000]);
	// What leaves with a scope is asked for by its ids alone, and all of it at once.
	const cut = (request: PullRequest) => (request.idsOnly ? request : { ...request, rowsMax });
	return { ...port, pull: (request) => port.pull(cut(request)) };
};

/** In half of the seeds phones hear of news at once; else only when they ask by themselves. */
function createStreams({ random, time }: FleetOptions) {
	const streams = new Map<Phone, { readonly wire: Wire; readonly by: Instance }>();
	const poked = new Set<Phone>();
	const isLively = random.chance(0.5);
	return {
		follow: (phone: Phone, wire: Wire, by: Instance) => {
			if (isLively) streams.set(phone, { wire, by });
		},
		silence: () => streams.clear(),
		poke: (from: Instance | null) => {
			for (const [phone, { wire, by }] of streams) {
				// A server tells the others, and sometimes that is lost.
				if (poked.has(phone) || (by !== from && random.chance(0.2))) continue;
				poked.add(phone);
				time.after(pokeMs + random.below(pokeMsMax), () => {
					poked.delete(phone);
					const hears = by.isAlive() && wire.online && wire.deaf !== 'in' && phone.isOn;
					if (hears) phone.device.wake();
				});
			}
		},
	};
}
