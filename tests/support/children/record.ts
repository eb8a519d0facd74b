/**
 * Loaded before a program (`node --import`), writes down what the program does to the files in
 * POWER_FOLDER, each deed after it has succeeded, in POWER_JOURNAL: what `power.ts` plays again to
 * see what a disk would hold if the power had gone in between.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { encodeDeed, type Deed } from '../power-journal.ts';

const folder = path.resolve(String(process.env['POWER_FOLDER']));
const real = { ...fs };
const journal = real.openSync(String(process.env['POWER_JOURNAL']), 'a');
const watched = new Set<number>();
/** Node's own calls inside one of these are part of the one deed. */
let within = false;

const inside = (name: unknown): string | null => {
	if (within) return null;
	const rest = path.relative(folder, path.resolve(String(name)));
	return rest.startsWith('..') ? null : rest;
};
function note(deed: Deed, bytes?: Uint8Array): void {
	real.writeSync(journal, encodeDeed(deed, bytes));
}
const bytesOf = (data: unknown): Uint8Array => {
	if (typeof data === 'string') return Buffer.from(data);
	if (ArrayBuffer.isView(data))
		return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	throw new Error('Written by a call that the record does not know');
};

Object.assign(fs, {
	openSync(...args: Parameters<typeof fs.openSync>) {
		const at = inside(args[0]);
		const sizeBefore = at === null ? 0 : real.statSync(args[0], { throwIfNoEntry: false })?.size;
		const file = real.openSync(...args);
		if (at === null) return file;
		watched.add(file);
		if (sizeBefore === undefined) note({ did: 'create', at });
		const shorter = (sizeBefore ?? 0) > 0 && real.fstatSync(file).size === 0;
		if (shorter) note({ did: 'cut', at, length: 0 });
		note({ did: 'open', at, file });
		return file;
	},
	closeSync(file: number) {
		real.closeSync(file);
		if (watched.delete(file)) note({ did: 'close', file });
	},
	writeSync(file: number, data: Uint8Array, offset?: number, length?: number, from?: number) {
		const written = real.writeSync(file, data, offset, length, from);
		if (!watched.has(file)) return written;
		if (typeof from !== 'number') throw new Error('Written without a place: unknown to the record');
		const start = offset ?? 0;
		note({ did: 'write', file, from }, bytesOf(data).subarray(start, start + written));
		return written;
	},
	writeFileSync(...args: Parameters<typeof fs.writeFileSync>) {
		const [target, data] = args;
		const at = typeof target === 'number' ? null : inside(target);
		const isNew = at !== null && !real.existsSync(target as string);
		within = true;
		try {
			real.writeFileSync(...args);
		} finally {
			within = false;
		}
		if (typeof target === 'number' && watched.has(target)) throw new Error('Unknown to the record');
		if (at === null) return;
		note(isNew ? { did: 'create', at } : { did: 'cut', at, length: 0 });
		note({ did: 'put', at }, bytesOf(data));
	},
	ftruncateSync(file: number, length = 0) {
		real.ftruncateSync(file, length);
		if (watched.has(file)) note({ did: 'cutOpen', file, length });
	},
	truncateSync(name: fs.PathLike, length = 0) {
		real.truncateSync(name, length);
		const at = inside(name);
		if (at !== null) note({ did: 'cut', at, length });
	},
	renameSync(from: fs.PathLike, to: fs.PathLike) {
		real.renameSync(from, to);
		const [at, as] = [inside(from), inside(to)];
		if ((at === null) !== (as === null)) throw new Error('Renamed out of the record');
		if (at !== null && as !== null) note({ did: 'rename', at, as });
	},
	unlinkSync: removing(real.unlinkSync),
	rmdirSync: removing(real.rmdirSync),
	rmSync: removing(real.rmSync),
	mkdirSync(...args: Parameters<typeof fs.mkdirSync>) {
		const missing: string[] = [];
		for (let at = inside(args[0]); at !== null && at !== ''; at = parentOf(at))
			if (!real.existsSync(path.join(folder, at))) missing.unshift(at);
		const made = real.mkdirSync(...args);
		for (const at of missing) note({ did: 'mkdir', at });
		return made;
	},
	fsyncSync(file: number) {
		real.fsyncSync(file);
		if (watched.has(file)) note({ did: 'sync', file });
	},
	fdatasyncSync(file: number) {
		real.fdatasyncSync(file);
		if (watched.has(file)) note({ did: 'sync', file });
	},
});
syncBuiltinESMExports();

function parentOf(at: string): string | null {
	const parent = path.dirname(at);
	return parent === '.' ? null : parent;
}

function removing<A extends [fs.PathLike, ...unknown[]]>(remove: (...args: A) => void) {
	return (...args: A): void => {
		const at = inside(args[0]);
		const was = at !== null && real.existsSync(args[0]);
		remove(...args);
		if (at !== null && was) note({ did: 'remove', at });
	};
}
