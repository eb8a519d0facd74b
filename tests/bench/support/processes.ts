import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** A database as a process opens it. */
export type Store = { readonly dataDir: string } | { readonly databaseUrl: string };

const root = path.resolve(import.meta.dirname, '../../..');
const entryOf = (name: string): string => path.join(root, 'tests/bench', `${name}.ts`);

/** A server process of a contender. */
export type Served = {
	readonly url: string;
	/** What its memory holds after everything that can go is gone, in bytes. */
	readonly memory: () => Promise<{ readonly rss: number; readonly heap: number }>;
	readonly stop: () => Promise<void>;
};

/** The product as an operator starts it: `node server/main.ts`, over this database. */
export function serveOurs(store: Store): Promise<Served> {
	const where =
		'dataDir' in store ? { DATA_DIR: store.dataDir } : { DATABASE_URL: store.databaseUrl };
	return served([path.join(root, 'server/main.ts')], {
		...where,
		PORT: '0',
		HOST: '127.0.0.1',
		AUTH_SECRET: 'a secret for the bench, long enough to be one',
		LOG_LEVEL: 'warn',
	});
}

/** The bare stack over an empty database. */
export const serveFloor = (databaseUrl: string): Promise<Served> =>
	served([entryOf('serve-floor')], { DATABASE_URL: databaseUrl });

async function served(args: readonly string[], env: Record<string, string>): Promise<Served> {
	const flags = ['--expose-gc', '--import', entryOf('tell-memory')];
	const profile = process.env['BENCH_PROFILE'];
	if (profile !== undefined) flags.push('--cpu-prof', `--cpu-prof-dir=${profile}`);
	const child = spawn(process.execPath, [...flags, ...args], {
		env: { PATH: process.env['PATH'] ?? '', ...env },
		stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
	});
	const said = heardFrom(child);
	watched.add(child);
	const ready = await said.line((line) => line.startsWith('ready '));
	return {
		url: ready.slice('ready '.length).replace('localhost', '127.0.0.1'),
		async memory() {
			const answered = once(child, 'message');
			child.send('memory');
			const [told] = (await answered) as [{ rss: number; heap: number }];
			return told;
		},
		stop: () => ended(child),
	};
}

/** A process that does what it is told, one line of JSON after the other. */
export type Worker = {
	readonly ask: <T>(command: object) => Promise<T>;
	readonly stop: () => Promise<void>;
};

export async function startWorker(name: string, options: object): Promise<Worker> {
	const child = spawn(process.execPath, [entryOf(name), JSON.stringify(options)], {
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	const said = heardFrom(child);
	watched.add(child);
	await said.line((line) => line === 'ready');
	return {
		async ask<T>(command: object) {
			child.stdin.write(`${JSON.stringify(command)}\n`);
			return JSON.parse(await said.line(() => true)) as T;
		},
		stop: () => ended(child),
	};
}

/** Children that run. None of them outlives the bench, however that ends. */
const watched = new Set<ChildProcess>();
process.once('exit', killAll);

/** Ends whatever a measure that failed has left running. */
export function killAll(): void {
	for (const child of watched) {
		watched.delete(child);
		child.kill('SIGKILL');
	}
}

/** Lines of a child as they come; when it ends instead, its complaint is the error. */
function heardFrom(child: ChildProcess) {
	let complaints = '';
	child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
	child.once('exit', (code, signal) => {
		const expected = !watched.delete(child);
		if (!expected)
			throw new Error(`a process of the bench ended (${code ?? signal}):\n${complaints}`);
	});
	const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream });
	const lines = reader[Symbol.asyncIterator]();
	async function line(isIt: (line: string) => boolean): Promise<string> {
		for (;;) {
			const { value, done } = await lines.next();
			if (done === true) throw new Error(`a process of the bench ended:\n${complaints}`);
			if (isIt(value)) return value;
		}
	}
	return { line };
}

const patienceMs = 15_000;

async function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	watched.delete(child);
	const exit = once(child, 'exit');
	child.kill('SIGTERM');
	const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
	await exit;
	clearTimeout(late);
}
