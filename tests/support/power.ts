import fs from 'node:fs';
import path from 'node:path';
import type { Random } from '#tests/simulation/random.ts';
import type { Deed, Noted } from './power-journal.ts';

/** What becomes of that which was never brought to the disk. */
export type Luck = {
	/** How likely a piece that was only written is there all the same: 0 none, 1 all. */
	readonly kept: number;
	/** Pieces of a write that live or die by themselves, in any order: 512 or 4096 bytes. */
	readonly sectorBytes: number;
};

/** A disk as a folder's files lie on it, and what a machine with power believes lies there. */
export type Disk = {
	/** The next thing the program did. */
	readonly play: (noted: Noted) => void;
	/** Writes to `target`, which is not there yet, what is found if the power goes now. */
	readonly cut: (target: string, luck: Luck, random: Random) => void;
};

type Change = { readonly from: number; readonly bytes: Uint8Array } | { readonly length: number };
type File = { readonly kind: 'file'; safe: Buffer; unsafe: Change[] };
type Names = Map<string, File | Folder>;
/** One change of names; a rename is one, so both of its halves happen or none. */
type Renaming = { readonly drop?: string; readonly set?: readonly [string, File | Folder] };
type Folder = {
	readonly kind: 'folder';
	readonly above: Folder | null;
	/** As the running machine sees it. */
	readonly now: Names;
	readonly safe: Names;
	unsafe: Renaming[];
};

/**
 * A disk that remembers only what fsync brought to it: the content of a file, with its name and the
 * folders above it (as all journaling file systems do), when the file was synced; new, renamed and
 * removed names when their folder was. Of all else a cut keeps what luck says: each sector of each
 * write by itself, so that pages are torn and any older version of a piece may be found; each change
 * of a length by itself; of the changes in a folder the first few, as they lie in its journal. No
 * sector is torn: PostgreSQL relies on that for its control file, and disks promise it.
 *
 * With `lies`, a disk that answers "synced" and does nothing: so that a test knows it can fail.
 */
export function aDisk(folder: string, lies = false): Disk {
	const root = lying(folder, null);
	const opened = new Map<number, File | Folder>();

	const fileAt = (at: string): File => {
		const found = find(root, at);
		if (found.kind !== 'file') throw new Error(`${at} is a folder`);
		return found;
	};
	const openFile = (file: number): File => {
		const found = opened.get(file);
		if (found?.kind !== 'file') throw new Error('Not an open file');
		return found;
	};
	function renaming(at: string, change: (name: string, folder: Folder) => Renaming): void {
		const above = find(root, path.dirname(at)) as Folder;
		const renamed = change(path.basename(at), above);
		rename(above.now, renamed);
		above.unsafe.push(renamed);
	}
	function sync(what: File | Folder): void {
		if (lies) return;
		if (what.kind === 'folder') bringNames(what, what.unsafe.length);
		else {
			for (const change of what.unsafe) what.safe = changed(what.safe, change);
			what.unsafe = [];
			bringNameOf(root, what);
		}
	}

	function play({ deed, bytes }: Noted): void {
		switch (deed.did) {
			case 'create':
				return renaming(deed.at, (name) => ({ set: [name, aFile()] }));
			case 'mkdir':
				return renaming(deed.at, (name, above) => ({ set: [name, anEmptyFolder(above)] }));
			case 'remove':
				return renaming(deed.at, (name) => ({ drop: name }));
			case 'rename':
				return renaming(deed.at, (name, above) => renamed(deed, name, above));
			case 'put':
				return void fileAt(deed.at).unsafe.push({ from: 0, bytes });
			case 'cut':
				return void fileAt(deed.at).unsafe.push({ length: deed.length });
			case 'open':
				return void opened.set(deed.file, find(root, deed.at));
			case 'close':
				return void opened.delete(deed.file);
			case 'write':
				return void openFile(deed.file).unsafe.push({ from: deed.from, bytes });
			case 'cutOpen':
				return void openFile(deed.file).unsafe.push({ length: deed.length });
			case 'sync':
				return sync(opened.get(deed.file)!);
			default:
				return deed satisfies never;
		}
	}
	return { play, cut: (target, luck, random) => write(root, target, luck, random) };
}

function renamed({ at, as }: Deed & { did: 'rename' }, name: string, above: Folder): Renaming {
	if (path.dirname(at) !== path.dirname(as)) throw new Error('Renamed into another folder');
	return { drop: name, set: [path.basename(as), above.now.get(name)!] };
}

const aFile = (safe: Buffer = Buffer.alloc(0)): File => ({ kind: 'file', safe, unsafe: [] });
const anEmptyFolder = (above: Folder | null): Folder => ({
	kind: 'folder',
	above,
	now: new Map(),
	safe: new Map(),
	unsafe: [],
});

/** What lies there at the beginning is safe. */
function lying(folder: string, above: Folder | null): Folder {
	const made = anEmptyFolder(above);
	for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
		const at = path.join(folder, entry.name);
		const lies = entry.isDirectory() ? lying(at, made) : aFile(fs.readFileSync(at));
		made.now.set(entry.name, lies);
		made.safe.set(entry.name, lies);
	}
	return made;
}

function find(root: Folder, at: string): File | Folder {
	let found: File | Folder | undefined = root;
	for (const name of at.split(path.sep).filter((each) => each !== '' && each !== '.'))
		found = found?.kind === 'folder' ? found.now.get(name) : undefined;
	if (found === undefined) throw new Error(`${at} is not there`);
	return found;
}

function rename(names: Names, { drop, set }: Renaming): void {
	if (drop !== undefined) names.delete(drop);
	if (set !== undefined) names.set(...set);
}

/** The first so many changes of its names are safe from now on. */
function bringNames(folder: Folder, count: number): void {
	for (const each of folder.unsafe.splice(0, count)) rename(folder.safe, each);
}

/** Its newest name, and those of the folders above it. */
function bringNameOf(root: Folder, what: File | Folder): void {
	const above = what.kind === 'folder' ? what.above : folderOf(root, what);
	if (above === null) return;
	bringNames(above, above.unsafe.findLastIndex(({ set }) => set?.[1] === what) + 1);
	bringNameOf(root, above);
}

function folderOf(folder: Folder, file: File): Folder | null {
	for (const each of folder.now.values()) {
		if (each === file) return folder;
		const found = each.kind === 'folder' ? folderOf(each, file) : null;
		if (found) return found;
	}
	return null;
}

function changed(before: Buffer, change: Change): Buffer {
	if ('length' in change) return resized(before, change.length);
	const { from, bytes } = change;
	const after = before.length < from + bytes.length ? resized(before, from + bytes.length) : before;
	after.set(bytes, from);
	return after;
}

/** Buffers with room behind them, so that a file that grows page by page is not copied each time. */
const roomy = new WeakSet<ArrayBufferLike>();

/** As long as that; what is new is zero. */
function resized(before: Buffer, length: number): Buffer {
	if (length <= before.length) return before.subarray(0, length);
	const { buffer, byteOffset } = before;
	if (roomy.has(buffer) && byteOffset + length <= buffer.byteLength)
		return Buffer.from(buffer, byteOffset, length).fill(0, before.length);
	const room = new ArrayBuffer(length * 2);
	roomy.add(room);
	const after = Buffer.from(room, 0, length);
	after.set(before);
	return after;
}

function write(folder: Folder, target: string, luck: Luck, random: Random): void {
	fs.mkdirSync(target);
	const names: Names = new Map(folder.safe);
	const { kept } = luck;
	const some = kept === 1 ? folder.unsafe.length : random.below(folder.unsafe.length + 1);
	for (const each of folder.unsafe.slice(0, kept === 0 ? 0 : some)) rename(names, each);
	for (const [name, each] of names) {
		const at = path.join(target, name);
		if (each.kind === 'folder') write(each, at, luck, random);
		else fs.writeFileSync(at, found(each, luck, random));
	}
}

function found({ safe, unsafe }: File, luck: Luck, random: Random): Buffer {
	if (unsafe.length === 0 || luck.kept === 0) return safe;
	let content: Buffer = Buffer.from(safe);
	for (const change of unsafe)
		for (const piece of piecesOf(change, luck.sectorBytes))
			if (luck.kept === 1 || random.chance(luck.kept)) content = changed(content, piece);
	return content;
}

function* piecesOf(change: Change, sectorBytes: number): Generator<Change> {
	if ('length' in change) return void (yield change);
	const { from, bytes } = change;
	for (let at = 0; at < bytes.length;) {
		const end = Math.min(bytes.length, at + sectorBytes - ((from + at) % sectorBytes));
		yield { from: from + at, bytes: bytes.subarray(at, end) };
		at = end;
	}
}
