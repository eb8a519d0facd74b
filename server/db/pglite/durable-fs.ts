import fs from 'node:fs';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** Told how long each fsync took, in milliseconds. */
export type OnSync = (milliseconds: number) => void;

/**
 * A folder whose fsync really reaches the disk.
 *
 * As shipped, the embedded database runs with fsync off, and even when switched on, its file system
 * has no such operation and reports success: after a power cut acknowledged work is gone and mostly
 * the whole database with it. Here every fsync of a file or folder becomes one of the machine. A
 * failure is passed on as an error, upon which PostgreSQL gives up rather than guess.
 */
export class DurableNodeFS extends NodeFS {
	#onSync: OnSync;

	constructor(folder: string, onSync: OnSync) {
		super(folder);
		this.#onSync = onSync;
	}

	override async init(pg: PGlite, options: Parameters<NodeFS['init']>[1]) {
		const { emscriptenOpts } = await super.init(pg, options);
		const preRun = [
			...(emscriptenOpts.preRun ?? []),
			(module: unknown) => addSync(module as ModuleWithNodeFiles, this.#onSync),
		];
		return { emscriptenOpts: { ...emscriptenOpts, preRun } };
	}
}

/** How the database must be started for that operation to be used: no `-F`, and fsync by that name. */
export function durably(startParams: readonly string[]): string[] {
	return [
		...startParams.filter((param) => param !== '-F'),
		...['-c', 'fsync=on'],
		...['-c', 'synchronous_commit=on'],
		...['-c', 'wal_sync_method=fsync'],
	];
}

/** Brings a whole new folder to the disk: its files were copied in, not written by the database. */
export function syncFolder(folder: string): void {
	for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
		syncPath(path.join(entry.parentPath, entry.name));
	}
	syncPath(folder);
}

/** Brings one file, or the list of names in one folder, to the disk. */
export function syncPath(name: string): void {
	const file = fs.openSync(name, 'r');
	try {
		fs.fsyncSync(file);
	} finally {
		fs.closeSync(file);
	}
}

/** The part of the database's inside that knows the machine's files. Its types leave these out. */
type ModuleWithNodeFiles = {
	NODEFS: {
		stream_ops: { fsync?: (stream: { nfd: number }) => number };
		tryFSOperation<T>(operation: () => T): T;
	};
};

function addSync({ NODEFS }: ModuleWithNodeFiles, onSync: OnSync): void {
	NODEFS.stream_ops.fsync = ({ nfd }) => {
		const began = performance.now();
		NODEFS.tryFSOperation(() => fs.fsyncSync(nfd));
		onSync(performance.now() - began);
		return 0;
	};
}
