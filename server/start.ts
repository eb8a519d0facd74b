import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';
import { startBeats, type Beat } from './clock/heartbeat.ts';
import type { Config } from './config.ts';
import { connect } from './db/connect.ts';
import type { Connection } from './db/connection.ts';
import { keptSecret } from './kept-secret.ts';
import { createLog } from './log.ts';
import { openServer, type Open } from './open.ts';
import { Problem, problem } from './routes/problem.ts';

const buildDir = path.resolve(import.meta.dirname, '../build');
const portsTriedMax = 50;
const drainMs = 10_000;
const idleEveryMs = 100;

/** Starts to listen, opens the database, and stops in good order when the system says so. */
export async function start(config: Config, warnings: readonly string[]): Promise<void> {
	const log = createLog(config.logLevel);
	for (const warning of warnings) log.warn(warning);
	// Whoever comes before the database is open is told to come again.
	let answer: Answer = () => problem(new Problem('unavailable'));
	const server = serverFor((...asked) => answer(...asked));
	const port = await listen(server, config);
	const opened = await openHere(config, port, log).catch(async (error: unknown) => {
		await closed(server);
		throw error;
	});
	const { open, connection } = opened;
	answer = open.app.fetch;
	const beats = startBeats(beatsOf(open, connection), (error) =>
		log.error({ err: error }, 'a beat failed'),
	);
	stopOnSignal(log, async () => {
		open.drain();
		open.watch.endAll();
		await Promise.all([closed(server), beats.stop()]);
		await connection.close();
	});
	greet(config, port);
}

async function openHere(config: Config, port: number, log: Logger) {
	const { databaseUrl, dataDir, publicUrl } = config;
	const connection = await connect(databaseUrl === null ? { dataDir } : { databaseUrl });
	try {
		const open = await openServer({
			connection,
			log,
			wall: Date.now,
			authSecret: config.authSecret ?? keptSecret(dataDir),
			publicUrl: publicUrl ?? new URL(`http://localhost:${port}`),
			behindProxy: publicUrl !== null,
			origins: originsOf(config, port),
			buildDir: existsSync(buildDir) ? buildDir : null,
			demo: config.demo ? { startAt: config.demoNow } : null,
			sms: null,
		});
		return { open, connection };
	} catch (error) {
		// A server that cannot start must end, and an open database would keep it.
		await connection.close();
		throw error;
	}
}

type Answer = Open['app']['fetch'];

const serverFor = (fetch: Answer): Server =>
	createAdaptorServer({
		fetch,
		overrideGlobalObjects: false,
		serverOptions: { headersTimeout: 15_000, requestTimeout: 60_000, keepAliveTimeout: 10_000 },
	}) as Server;

/** What goes on by itself. The embedded database has nobody else to tidy up after it. */
function beatsOf(
	{ timers, watch, signIn, sweep, replay, patrol, house }: Open,
	connection: Connection,
): Beat[] {
	const hourMs = 3_600_000;
	const tidy: Beat[] = [
		{ everyMs: hourMs / 6, work: () => connection.exec('checkpoint') },
		{ everyMs: 6 * hourMs, work: () => connection.exec('vacuum (analyze)') },
	];
	return [
		{ everyMs: 1_000, work: timers.run },
		{ everyMs: 5_000, work: watch.check },
		{ everyMs: hourMs, work: signIn.limits.sweep },
		{ everyMs: hourMs, work: house.blobs.sweep },
		{ everyMs: 6 * hourMs, work: sweep, atOnce: true },
		{ everyMs: hourMs / 6, work: replay, atOnce: true },
		{ everyMs: hourMs / 12, work: patrol },
		...(connection.kind === 'pglite' ? tidy : []),
	];
}

/** The port asked for; in the demo the next one that is free. */
async function listen(server: Server, { port, host, demo }: Config): Promise<number> {
	const last = demo && port !== 0 ? Math.min(65_535, port + portsTriedMax) : port;
	for (let each = port; ; each += 1) {
		const taken = await tryListen(server, each, host);
		if (!taken) return (server.address() as AddressInfo).port;
		if (each >= last) throw new Error(`Port ${port} is taken: set PORT to another one.`);
	}
}

function tryListen(server: Server, port: number, host: string): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const failed = (error: NodeJS.ErrnoException) => {
			server.removeListener('listening', listening);
			if (error.code === 'EADDRINUSE') resolve(true);
			else reject(error);
		};
		const listening = () => {
			server.removeListener('error', failed);
			resolve(false);
		};
		server.once('error', failed).once('listening', listening).listen(port, host);
	});
}

/** Waits for what is being answered, but not for ever. */
async function closed(server: Server): Promise<void> {
	const ended = new Promise((resolve) => server.close(resolve));
	// A connection is closed as soon as its answer is out, not when its phone lets go of it.
	const idle = setInterval(() => server.closeIdleConnections(), idleEveryMs);
	const late = setTimeout(() => server.closeAllConnections(), drainMs);
	await ended;
	clearInterval(idle);
	clearTimeout(late);
}

function stopOnSignal(log: Logger, stop: () => Promise<void>): void {
	let stopping = false;
	for (const signal of ['SIGTERM', 'SIGINT'] as const)
		process.on(signal, () => {
			// Whoever presses twice means it.
			if (stopping) process.exit(1);
			stopping = true;
			stop().then(
				() => process.exit(0),
				(error: unknown) => {
					log.fatal({ err: error }, 'could not stop in good order');
					process.exit(1);
				},
			);
		});
}

/** Pages of our own address, and in the demo of this machine by either name. */
function originsOf({ publicUrl, demo, host }: Config, port: number): string[] {
	const local = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
	const named = publicUrl === null ? [`http://${host}:${port}`, ...local] : [publicUrl.origin];
	return demo ? [...named, ...local] : named;
}

function greet({ demo, host }: Config, port: number): void {
	const name = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host;
	const lines = [`ready http://${name}:${port}`];
	if (demo)
		lines.push(
			'A made-up town. Enter with one tap on the sign-in page, or with code 000000 as',
			'  admin +919000000001, owner ...011, worker ...021, customer ...101',
		);
	process.stdout.write(`${lines.join('\n')}\n`);
}
