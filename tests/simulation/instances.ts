import type { Scope } from '#sync/core/scope.ts';
import { TryAgain, type Port, type PortTransaction } from '#server/db/port.ts';
import type { Timers } from '#server/clock/timers.ts';
import type { World } from '#server/domain/perform.ts';
import type { Reactions } from '#server/domain/reactions.ts';
import { replayOfParked } from '#server/domain/replay.ts';
import { timersIn } from './clock.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';
import { Killed, ServerFull } from './weather.ts';

/** What is wrong with the servers and their database at the moment. */
export type ServerMood = {
	/** An older version whose rules crash on work that begins. */
	crashing: boolean;
	/** The database takes its time with so many of the questions. */
	slow: number;
	/** So many of the transactions lose a race at their end. */
	racing: number;
	/** The disk takes no write. */
	full: boolean;
};
export const goodMood: ServerMood = { crashing: false, slow: 0, racing: 0, full: false };

/** One server process. */
export type Instance = {
	readonly world: World;
	readonly timers: Timers;
	/** Performs again what is parked, as a server does at its start and now and then. */
	readonly replay: () => Promise<number>;
	/** Dies at its n-th use of the database from now; whatever it was doing ends there. */
	readonly dieAt: (nth: number) => void;
	readonly isAlive: () => boolean;
};

export type InstanceOptions = {
	readonly port: Port;
	readonly time: VirtualTime;
	readonly random: Random;
	readonly mood: ServerMood;
	readonly reactions: Reactions;
	readonly newId: () => string;
	/** A bug planted between the process and its database. */
	readonly flawed: (port: Port) => Port;
	readonly committed: (from: Instance, heads: Readonly<Record<Scope, number>>) => void;
};

const slowMsMax = 400;

export function startInstance(options: InstanceOptions): Instance {
	const { time, random, mood, reactions } = options;
	const life = { isOver: false, left: Number.POSITIVE_INFINITY };
	const demandAlive = () => {
		if (life.isOver) throw new Killed();
	};

	/** One use of the database. The process may die before it, or when it has taken effect. */
	async function step<T>(use: () => Promise<T>): Promise<T> {
		demandAlive();
		if ((life.left -= 1) <= 0) life.isOver = true;
		const diesAfter = life.isOver && random.chance(0.5);
		if (life.isOver && !diesAfter) throw new Killed();
		if (random.chance(mood.slow))
			await new Promise<void>((go) => time.after(random.below(slowMsMax), go));
		const result = await use();
		demandAlive();
		return result;
	}

	const race = () => {
		if (random.chance(mood.racing)) throw new TryAgain('planted: a race was lost');
	};
	const world: World = {
		port: options.flawed(withSteps(options.port, step, race, mood)),
		now: time.now,
		committed: (heads) => options.committed(instance, heads),
		reactions,
	};
	const instance: Instance = {
		world,
		timers: timersIn(world, options.newId),
		replay: replayOfParked(world),
		dieAt: (nth) => {
			life.left = nth;
			if (nth <= 0) life.isOver = true;
		},
		isAlive: () => !life.isOver,
	};
	return instance;
}

type Step = <T>(use: () => Promise<T>) => Promise<T>;

function withSteps(port: Port, step: Step, race: () => void, mood: ServerMood): Port {
	return {
		transaction: (work) =>
			step(() =>
				port.transaction(async (tx) => {
					const result = await work(inSteps(tx, step, mood));
					await step(async () => race());
					return result;
				}),
			),
		pull: (request) => step(() => port.pull(request)),
		sweepGone: (before) => step(() => port.sweepGone(before)),
		forgetNews: (before, now) => step(() => port.forgetNews(before, now)),
		parked: (after, rowsMax) => step(() => port.parked(after, rowsMax)),
		heads: (scopes) => step(() => port.heads(scopes)),
		installation: () => step(() => port.installation()),
		read: (entity, ids) => step(() => port.read(entity, ids)),
		list: (...asked) => step(() => port.list(...asked)),
		entries: (ids) => step(() => port.entries(ids)),
		close: () => port.close(),
	};
}

function inSteps(tx: PortTransaction, step: Step, mood: ServerMood): PortTransaction {
	const writing = <T>(use: () => Promise<T>) =>
		step(async () => {
			if (mood.full) throw new ServerFull();
			return use();
		});
	return {
		read: (entity, ids) => step(() => tx.read(entity, ids)),
		list: (...asked) => step(() => tx.list(...asked)),
		entries: (ids) => step(() => tx.entries(ids)),
		alone: tx.alone,
		lock: (keys) => step(() => tx.lock(keys)),
		claim: (claims) => writing(() => tx.claim(claims)),
		flush: (writes) => writing(() => tx.flush(writes)),
		stamp: (...moved) => writing(() => tx.stamp(...moved)),
	};
}
