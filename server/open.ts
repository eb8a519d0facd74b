import type { Hono } from 'hono';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { newId } from './auth/new-id.ts';
import { registerCustomer } from './auth/registration.ts';
import { sessionWatch, type SessionWatch } from './auth/session-watch.ts';
import { signInWith, type SignIn } from './auth/sign-in.ts';
import { businessClock } from './clock/business-clock.ts';
import { timersOn, type Timers } from './clock/timers.ts';
import type { Connection } from './db/connection.ts';
import { blobsOn } from './db/blobs.ts';
import { liveFanOut } from './db/live.ts';
import { migrate } from './db/migrate.ts';
import { nextTimer } from './db/next-timer.ts';
import { linesOfDevices, visitsAround } from './db/sql-patrol.ts';
import { sqlPort } from './db/sql-port.ts';
import { isCast } from './demo/cast.ts';
import { seed, seedOnce } from './demo/seed.ts';
import { demoTown } from './demo/town.ts';
import type { World } from './domain/perform.ts';
import { reactions } from './domain/reactions.ts';
import { replayOfParked } from './domain/replay.ts';
import { sweepScopes } from './domain/sweep.ts';
import { patrolOn, type PatrolOptions } from './laws/patrol.ts';
import { lawWatch, type LawWatch } from './laws/watch.ts';
import { toldToAll } from './neighbours.ts';
import { memoryOutbox, type Sms } from './outside/sms.ts';
import { writeProbe } from './ready.ts';
import type { House } from './routes/house.ts';
import type { Instant } from '#sync/core/time.ts';

export type OpenOptions = {
	readonly connection: Connection;
	readonly log: Logger;
	readonly wall: () => number;
	readonly authSecret: string;
	readonly publicUrl: URL;
	readonly behindProxy: boolean;
	/** Pages from which browsers may write. */
	readonly origins: readonly string[];
	readonly buildDir: string | null;
	/** The demo's town and when it begins (null: now); null: no demo. */
	readonly demo: { readonly startAt: Instant | null } | null;
	/** Who delivers text messages; the demo's go to its outbox. */
	readonly sms: Sms | null;
};

/** A server without a socket and without a heartbeat of its own. */
export type Open = {
	readonly app: Hono;
	readonly house: House;
	readonly world: World;
	readonly signIn: SignIn;
	readonly watch: SessionWatch;
	readonly timers: Timers;
	/** Forgets what every device has heard of or must ask for anew, and sets shops to today. */
	readonly sweep: () => Promise<void>;
	/** Performs what was parked and can be by now; answers how much that was. */
	readonly replay: () => Promise<number>;
	/** Looks at a stretch of what is there with the laws that no transaction can be asked about. */
	readonly patrol: () => Promise<void>;
	/** From now on the server says that it is not ready. */
	readonly drain: () => void;
};

/** Puts the server together on an open database; `start.ts` and the tests give it a socket and time. */
export async function openServer(options: OpenOptions): Promise<Open> {
	const { connection, log, wall } = options;
	await migrate(connection);
	const port = sqlPort(connection);
	const seeding = { connection, port, wall, startAt: options.demo?.startAt ?? null };
	if (options.demo !== null) await seedOnce(seeding);

	const clock = await businessClock(connection, wall);
	const live = liveFanOut((work, ms) => void setTimeout(work, ms).unref());
	const committed = toldToAll({ connection, port, live, log });
	const laws = lawsTold(log);
	const world: World = { port: laws.over(port), now: clock.now, committed, reactions };
	const next = (by: Instant, except: readonly string[]) => nextTimer(connection, by, except);
	const anId = () => newId(wall());
	const timers = timersOn({ world, next, moveTo: clock.moveTo, newId: anId });
	const outbox = options.demo === null ? null : memoryOutbox(clock.now);
	const signIn = await signInWith({
		...options,
		secret: options.authSecret,
		sms: outbox ?? options.sms,
		isCast: options.demo === null ? () => false : isCast,
		verified: registerCustomer(world, log),
		sessionEnded: (id) => watch.end(id),
	});
	const watch = sessionWatch((ids) => signIn.sessions.liveAmong(ids));
	const probe = writeProbe(connection, wall);
	const seedAgain = () => seed(seeding);
	const patrol = patrolIn(connection, { watch: laws, port, now: clock.now });
	const house: House = {
		world,
		signIn,
		watch,
		live,
		blobs: blobsOn(connection, wall),
		log,
		origins: options.origins,
		behindProxy: options.behindProxy,
		secure: options.publicUrl.protocol === 'https:',
		buildDir: options.buildDir,
		isReady: probe.isReady,
		violations: laws.violations.total,
		demo: outbox === null ? null : demoTown({ clock, timers, outbox, seedAgain }),
	};
	return {
		app: createApp(house),
		house,
		world,
		signIn,
		watch,
		timers,
		sweep: () => timers.between(() => sweepScopes(world, anId)),
		replay: replayOfParked(world),
		patrol: () => timers.between(patrol),
		drain: probe.drain,
	};
}

const lawsTold = (log: Logger): LawWatch =>
	lawWatch({
		told: (breach) => log.error(breach, 'a law is broken'),
		failed: (error) => log.error({ err: error }, 'a law could not be asked'),
	});

const patrolIn = (connection: Connection, rest: Pick<PatrolOptions, 'watch' | 'port' | 'now'>) =>
	patrolOn({
		...rest,
		visits: (asked) => visitsAround(connection, asked),
		devices: (asked) => linesOfDevices(connection, asked),
	});
