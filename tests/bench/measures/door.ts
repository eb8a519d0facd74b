import type { DoorAnswer, DoorCommand } from '../perform-door.ts';
import { floorInsertOf } from '../floor/write.ts';
import type { Contender, Figures, Measure } from '../support/contest.ts';
import { received } from '../support/done.ts';
import { perSecond, timed } from '../support/figures.ts';
import { visitOf, workerOf, type GarageSize } from '../support/cast.ts';
import type { Kind, Place } from '../support/place.ts';
import { serveFloor, serveOurs, startWorker, type Served } from '../support/processes.ts';
import { aWire } from '../support/wire.ts';

const groups = [1, 10, 50] as const;
const rounds = 3;
/** Callers in one process, each in a shop of its own: no shop waits for another's lock. */
const callers = 4;
const perCaller = 100;
const phones = { shops: 4, perShop: 5, mutations: 50 } as const;
const visits = (perRun: number) => perRun * (rounds + 1);

const inside = (group: number) => `without HTTP, groups of ${group}`;
const insideTwo = 'without HTTP, groups of 10, two processes';
const through = (group: number) => `20 phones, groups of ${group}`;
const throughTwo = '20 phones, groups of 10, two processes';

/** How many mutations a second are accepted, durably, with all rules: "a bike was received". */
export const door: Measure = {
	name: 'door',
	title: 'Mutations accepted per second, durable, with rules',
	meanings: {
		[inside(1)]: { unit: '/s' },
		[inside(10)]: { unit: '/s', goal: '>= 1,000 embedded, >= 2,000 PostgreSQL' },
		[inside(50)]: { unit: '/s' },
		[insideTwo]: { unit: '/s', goal: '>= 1.6 times one process' },
		[through(1)]: { unit: '/s' },
		[through(10)]: { unit: '/s' },
		[through(50)]: { unit: '/s' },
		[throughTwo]: { unit: '/s', goal: '>= 1.6 times one process' },
	},
	rounds,
	contenders: (place) => [
		() => floor(place),
		() => ours(place, 'embedded', 1),
		() => ours(place, 'postgres', 2),
	],
};

async function ours(place: Place, side: Kind, processes: number): Promise<Contender> {
	const performing = await performers(place, side, processes);
	const asking = await askers(place, side, processes);
	return {
		side,
		run: async () => ({ ...(await performing.run()), ...(await asking.run()) }),
		close: async () => {
			await performing.close();
			await asking.close();
		},
	};
}

/** Only one process may open an embedded database: its server and its performer have one each. */
async function performers(place: Place, side: Kind, processes: number) {
	const size: GarageSize = {
		shops: callers * processes,
		workersPerShop: 1,
		visitsPerWorker: visits(perCaller * (groups.length + processes - 1)),
	};
	const store = await place.aGarage(side, size);
	const started = await Promise.all(
		Array.from({ length: processes }, () => startWorker('perform-door', { store, size })),
	);
	const shopsOf = (nth: number) => Array.from({ length: callers }, (_, s) => nth * callers + s);
	let from = 0;
	async function rate(group: number, used: typeof started): Promise<number> {
		const command = (nth: number): DoorCommand => ({
			...{ shops: shopsOf(nth), from, count: perCaller, group },
		});
		const taken = await Promise.all(used.map((each, nth) => each.ask<DoorAnswer>(command(nth))));
		from += perCaller;
		const longest = Math.max(...taken.map((each) => each.ms));
		return perSecond(callers * perCaller * used.length, longest);
	}
	return {
		async run(): Promise<Figures> {
			const figures: Record<string, number> = {};
			for (const group of groups) figures[inside(group)] = await rate(group, started.slice(0, 1));
			if (processes > 1) figures[insideTwo] = await rate(10, started);
			return figures;
		},
		close: async () => void (await Promise.all(started.map((each) => each.stop()))),
	};
}

async function askers(place: Place, side: Kind, processes: number) {
	const size: GarageSize = {
		shops: phones.shops,
		workersPerShop: phones.perShop,
		visitsPerWorker: visits(phones.mutations * (groups.length + processes - 1)),
	};
	const store = await place.aGarage(side, size);
	const servers: Served[] = [];
	for (let nth = 0; nth < processes; nth += 1) servers.push(await serveOurs(store));
	let from = 0;
	async function rate(group: number, urls: readonly string[]): Promise<number> {
		const hands = Array.from({ length: phones.shops * phones.perShop }, (_, n) => {
			const [s, w] = [n % phones.shops, Math.floor(n / phones.shops)];
			const wire = aWire(String(urls[s % urls.length]), workerOf(s, w));
			const work = Array.from({ length: phones.mutations }, (__, v) =>
				received(visitOf(size, s, w, from + v).bookingId),
			);
			return { wire, work };
		});
		await Promise.all(hands.map(({ wire }) => wire.greet()));
		from += phones.mutations;
		const ms = await timed(() =>
			Promise.all(hands.map(({ wire, work }) => inGroups(work, group, wire.push))),
		);
		return perSecond(hands.length * phones.mutations, ms);
	}
	return {
		async run(): Promise<Figures> {
			const urls = servers.map((each) => each.url);
			const figures: Record<string, number> = {};
			for (const group of groups) figures[through(group)] = await rate(group, urls.slice(0, 1));
			if (processes > 1) figures[throughTwo] = await rate(10, urls);
			return figures;
		},
		close: async () => void (await Promise.all(servers.map((each) => each.stop()))),
	};
}

async function floor(place: Place): Promise<Contender> {
	const server = await serveFloor(await place.anEmptyDatabase());
	const clients = phones.shops * phones.perShop;
	async function rate(group: number): Promise<number> {
		const push = floorInsertOf(server.url);
		const work = Array.from({ length: phones.mutations }, (_, n) => n);
		const ms = await timed(() =>
			Promise.all(Array.from({ length: clients }, () => inGroups(work, group, push))),
		);
		return perSecond(clients * phones.mutations, ms);
	}
	return {
		side: 'floor',
		async run() {
			const figures: Record<string, number> = {};
			for (const group of groups) figures[through(group)] = await rate(group);
			return figures;
		},
		close: server.stop,
	};
}

async function inGroups<T>(
	work: readonly T[],
	group: number,
	push: (some: readonly T[]) => Promise<unknown>,
): Promise<void> {
	for (let sent = 0; sent < work.length; sent += group) await push(work.slice(sent, sent + group));
}
