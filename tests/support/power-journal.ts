import { readFileSync } from 'node:fs';

/** Something a program did to files; places are relative to the folder that is watched. */
export type Deed =
	| { readonly did: 'create' | 'mkdir' | 'remove' | 'put'; readonly at: string }
	| { readonly did: 'cut'; readonly at: string; readonly length: number }
	| { readonly did: 'rename'; readonly at: string; readonly as: string }
	| { readonly did: 'open'; readonly at: string; readonly file: number }
	| { readonly did: 'close' | 'sync'; readonly file: number }
	| { readonly did: 'write'; readonly file: number; readonly from: number }
	| { readonly did: 'cutOpen'; readonly file: number; readonly length: number };

/** A deed as it lies in the journal, and where there it ends. */
export type Noted = { readonly deed: Deed; readonly bytes: Uint8Array; readonly end: number };

const lengths = 8;

/** Two lengths, the deed as JSON, the bytes that were written. */
export function encodeDeed(deed: Deed, bytes: Uint8Array = new Uint8Array()): Uint8Array {
	const text = Buffer.from(JSON.stringify(deed));
	const head = Buffer.alloc(lengths);
	head.writeUInt32LE(text.length, 0);
	head.writeUInt32LE(bytes.length, 4);
	return Buffer.concat([head, text, bytes]);
}

/** All whole deeds; the last one of a killed program may be half. */
export function deedsIn(journal: string): Noted[] {
	const all = readFileSync(journal);
	const deeds: Noted[] = [];
	for (let at = 0; at + lengths <= all.length;) {
		const text = at + lengths + all.readUInt32LE(at);
		const end = text + all.readUInt32LE(at + 4);
		if (end > all.length) break;
		const deed = JSON.parse(all.toString('utf8', at + lengths, text)) as Deed;
		deeds.push({ deed, bytes: all.subarray(text, end), end });
		at = end;
	}
	return deeds;
}
