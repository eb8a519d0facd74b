import fs from 'node:fs';
import path from 'node:path';
import { vi } from 'vitest';

/** A disk under watch. */
export type Disk = {
	/** How many fsyncs there were. */
	syncs(): number;
	/** Runs before every fsync takes effect: the moment to cut the power. */
	beforeSync(run: () => void): void;
	/**
	 * Writes to `target` what is on the disk if the power goes now. Of what was not brought there, each
	 * file either lost it or, where `lucky` says so, happens to have it.
	 */
	cut(target: string, lucky: (file: string) => boolean): void;
};

type Entry = { folder: boolean; key: string };

/**
 * Watches the files of `folder` and remembers only what fsync brought to the disk: a file's content
 * and its own name when the file was synced; new, renamed and removed names when their folder was.
 * What lies there at the start counts as brought. The watch must begin before the database opens.
 */
export function watchDisk(folder: string, store: string): Disk {
	const names = new Map<string, Map<string, Entry>>();
	const opened = new Map<number, string>();
	const { openSync: open, fsyncSync: sync } = fs;
	let syncs = 0;
	let before = () => {};

	keepAll(folder);
	vi.spyOn(fs, 'openSync').mockImplementation((name, ...how) => {
		const file = open(name, ...how);
		opened.set(file, path.resolve(String(name)));
		return file;
	});
	vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => {
		const name = opened.get(file);
		if (name === undefined) throw new Error('Synced a file that was open before the watch began');
		before();
		sync(file);
		syncs++;
		if (fs.fstatSync(file).isDirectory()) names.set(name, namesIn(name));
		else keepFile(name);
	});

	function keepAll(name: string): void {
		names.set(name, namesIn(name));
		for (const [child, entry] of namesIn(name)) {
			if (entry.folder) keepAll(path.join(name, child));
			else keepFile(path.join(name, child));
		}
	}

	function keepFile(name: string): void {
		const entry = entryOf(name);
		fs.copyFileSync(name, path.join(store, entry.key));
		names.get(path.dirname(name))?.set(path.basename(name), entry);
	}

	function cut(target: string, lucky: (file: string) => boolean, from = folder): void {
		fs.mkdirSync(target);
		for (const [name, { folder: isFolder, key }] of names.get(from) ?? []) {
			const [live, kept] = [path.join(from, name), path.join(store, key)];
			const copy = path.join(target, name);
			if (isFolder) cut(copy, lucky, live);
			else if (fs.existsSync(live) && lucky(live)) fs.copyFileSync(live, copy);
			else if (fs.existsSync(kept)) fs.copyFileSync(kept, copy);
			else fs.writeFileSync(copy, '');
		}
	}

	return { syncs: () => syncs, beforeSync: (run) => (before = run), cut };
}

function namesIn(folder: string): Map<string, Entry> {
	return new Map(fs.readdirSync(folder).map((name) => [name, entryOf(path.join(folder, name))]));
}

/** By inode and birth, because a new file may get the inode of a removed one. */
function entryOf(name: string): Entry {
	const { ino, birthtimeNs, ...stat } = fs.statSync(name, { bigint: true });
	return { folder: (stat.mode & 0o170000n) === 0o040000n, key: `${ino}-${birthtimeNs}` };
}
