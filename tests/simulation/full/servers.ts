import { pino } from 'pino';
import { openServer, type Open } from '#server/open.ts';
import { msOf } from '#sync/core/time.ts';
import type { Connection } from '#server/db/connection.ts';
import type { Port } from '#server/db/port.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Database, Instance } from './database.ts';
import type { Server } from './line.ts';
import type { UnderWay } from './under-way.ts';
import { authSecret } from './town.ts';

export type RunningServer = Server &
	Pick<Open, 'world' | 'timers'> & {
		readonly connection: Connection;
		/** How often a law was seen broken by the server itself. */
		readonly violations: () => number;
		/** Its timers are just being run. */
		runsTimers: boolean;
	};

export type ServersOptions = {
	readonly time: VirtualTime;
	readonly database: Database;
	readonly underWay: UnderWay;
	/** The port as each instance is to have it: recorded, or with a planted bug. */
	readonly portOf: (port: Port) => Port;
};

/** Opens a server process, as production puts one together, over the database that all share. */
async function openOne(options: ServersOptions): Promise<RunningServer> {
	const { time, database, portOf } = options;
	const instance: Instance = { alive: true };
	const connection = database.connectionOf(instance);
	const { app, house, world, timers } = await openServer({
		connection,
		log: pino({ level: 'silent' }),
		wall: () => msOf(time.now()),
		authSecret,
		publicUrl: new URL('http://localhost:3000'),
		behindProxy: false,
		origins: ['http://localhost:3000'],
		buildDir: null,
		demo: null,
		sms: null,
	});
	Object.assign(world, { port: portOf(world.port) });
	const { violations } = house;
	return Object.assign(instance, { app, world, timers, connection, violations, runsTimers: false });
}

/** The processes that run; one that dies is replaced by another a while later. */
export class Servers {
	readonly #options: ServersOptions;
	readonly all: RunningServer[] = [];
	#replacing = false;

	constructor(options: ServersOptions) {
		this.#options = options;
	}

	async open(): Promise<void> {
		this.all.push(await this.#options.underWay.task(() => openOne(this.#options)));
	}

	/** One that lives, chosen by a number; null: none does. */
	any(number: number): RunningServer | null {
		const living = this.all.filter((each) => each.alive);
		return living[number % living.length] ?? null;
	}

	/** Starts another for each that is dead. One that meets an accident as it starts, stays dead. */
	async replaceDead(): Promise<void> {
		if (this.#replacing) return;
		this.#replacing = true;
		try {
			for (const [index, each] of this.all.entries())
				if (!each.alive) this.all[index] = (await this.#another()) ?? each;
		} finally {
			this.#replacing = false;
		}
	}

	#another(): Promise<RunningServer | null> {
		return this.#options.underWay.task((task) =>
			openOne(this.#options).catch((error: unknown) => {
				if (task.struck.length > 0) return null;
				throw error;
			}),
		);
	}
}

type Around = {
	readonly servers: Servers;
	readonly underWay: UnderWay;
	readonly random: Random;
	readonly broken: (error: unknown) => void;
};

/** Work of a server's own; what fails because it was made to is tried again later. */
export function byServer(
	{ underWay, broken }: Around,
	server: RunningServer,
	work: (server: RunningServer) => Promise<unknown>,
): void {
	void underWay.task((task) =>
		work(server).catch((error: unknown) => {
			if (task.struck.length === 0 && server.alive) broken(error);
		}),
	);
}

/** The same by whichever server. */
export function byAny(around: Around, work: (server: RunningServer) => Promise<unknown>): void {
	const server = around.servers.any(around.random.below(12));
	if (server !== null) byServer(around, server, work);
}
