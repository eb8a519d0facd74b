import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** How long a starting server waits for one that is just stopping, before it refuses. */
const waitMilliseconds = 300;

/** SQLite's number for "somebody else has the lock". */
const busy = 5;

/** Thrown to the second of two processes that want the same folder. */
export class FolderInUse extends Error {
	constructor(folder: string, pid: string | null) {
		super(`${folder} is in use by ${pid === null ? 'another process' : `process ${pid}`}`);
		this.name = 'FolderInUse';
	}
}

/** A folder held by this process until `release`, or until the process ends in whatever way. */
export type FolderLock = { release(): void };

/**
 * Takes the folder for this process alone, or throws `FolderInUse` naming who has it.
 *
 * The embedded database has no lock of its own: two servers on one folder both answer "done" and
 * destroy each other's work. A file with a process number cannot be trusted after a crash: numbers
 * are used again, and in two containers on one volume both servers are number 1. So the lock is
 * the operating system's, which ends with the process. Node reaches it only through the SQLite it
 * carries: `begin exclusive` on the empty `server.lock` locks it and writes nothing. The number in
 * `server.pid` is for the message.
 *
 * Nothing in this process may open `server.lock` otherwise (a copy of the folder, say): on POSIX,
 * closing any handle of a file drops the process's locks on it.
 */
export function lockFolder(folder: string): FolderLock {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const pidFile = path.join(folder, 'server.pid');
	const lock = new DatabaseSync(path.join(folder, 'server.lock'), { timeout: waitMilliseconds });
	try {
		lock.exec('begin exclusive');
	} catch (error) {
		lock.close();
		throw isBusy(error) ? new FolderInUse(folder, pidIn(pidFile)) : error;
	}
	writeFileSync(pidFile, `${process.pid}\n`);
	return {
		release() {
			if (!lock.isOpen) return;
			rmSync(pidFile, { force: true });
			lock.close();
		},
	};
}

function isBusy(error: unknown): boolean {
	return error instanceof Error && 'errcode' in error && error.errcode === busy;
}

/** Absent only in the instant between the other's lock and its note. */
function pidIn(file: string): string | null {
	try {
		return readFileSync(file, 'utf8').trim() || null;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	}
}
