import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { valueParsers } from '../values.ts';
import { durably, DurableNodeFS, type OnSync, syncFolder, syncPath } from './durable-fs.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';

/** An open embedded database, and what else has to end with it. */
export type OpenPglite = { pglite: PGlite; release: () => void };

/** Extensions must be handed over at every opening, or what was made with them does not load. */
const setup = { extensions: { btree_gist }, parsers: { ...valueParsers } };

/** A database that lives as long as this process: for tests. */
export async function openInMemory(): Promise<OpenPglite> {
	return { pglite: await PGlite.create(setup), release: () => undefined };
}

/**
 * The database in `folder/database`, made if absent, for this process alone, every commit on disk.
 *
 * A `postmaster.pid` in there is always of the past, because we hold the lock; left lying, an empty
 * one keeps the database from opening.
 */
export async function openInFolder(folder: string, onSync: OnSync): Promise<OpenPglite> {
	const lock = lockFolder(folder);
	try {
		return await openLocked(folder, lock, onSync);
	} catch (error) {
		lock.release();
		throw error;
	}
}

async function openLocked(folder: string, lock: FolderLock, onSync: OnSync): Promise<OpenPglite> {
	const database = path.join(folder, 'database');
	if (!existsSync(database)) await createDatabase(folder, database);
	rmSync(path.join(database, 'postmaster.pid'), { force: true });
	return { pglite: await openDatabase(database, onSync), release: () => lock.release() };
}

/** Made aside and moved into place when complete: a half-made one would never open again. */
async function createDatabase(folder: string, database: string): Promise<void> {
	const unfinished = `${database}.new`;
	rmSync(unfinished, { recursive: true, force: true });
	const pglite = await openDatabase(unfinished, () => undefined);
	await pglite.close();
	syncFolder(unfinished);
	renameSync(unfinished, database);
	syncPath(folder);
}

function openDatabase(database: string, onSync: OnSync): Promise<PGlite> {
	return PGlite.create({
		...setup,
		fs: new DurableNodeFS(database, onSync),
		startParams: durably(PGlite.defaultStartParams),
	});
}
