import { Dexie, type Table } from 'dexie';
import { decrypt, encrypt, hashed, type Sealed } from '#lib/device/browser/browser-crypto.ts';
import { onThisPhone } from '#lib/device/browser/names.ts';

/**
 * What a person leaves behind on a phone that he gives back: unreadable without the key that the
 * server gives to him alone, under names that tell nothing of who it is. The box is kept until he
 * signs in again on this phone, whoever uses it meanwhile.
 */
const sealedName = onThisPhone('moto-sealed');

/** One row per part, so that photos are not held in memory all at once. */
type Part = Sealed & {
	readonly owner: string;
	readonly device: string;
	readonly part: number;
};
type Place = Pick<Part, 'owner' | 'device' | 'part'>;

const belongsTo = ({ owner, device, part }: Place) => `${owner}/${device}/${part}`;

/** Closed only after it was opened once more: what cannot be opened was not kept. */
export async function fillBox(
	box: { readonly owner: string; readonly deviceId: string; readonly key: string },
	parts: readonly Uint8Array<ArrayBuffer>[],
): Promise<void> {
	const place = { owner: await hashed(box.owner), device: await hashed(box.deviceId) };
	const rows: Part[] = [];
	for (const [part, bytes] of parts.entries()) {
		const mine = { ...place, part };
		rows.push({ ...mine, ...(await encrypt(box.key, bytes, belongsTo(mine))) });
	}
	await withBoxes(async (boxes, db) => {
		await db.transaction('rw', boxes, () =>
			boxes
				.where({ ...place })
				.delete()
				.then(() => boxes.bulkAdd(rows)),
		);
	});
	const kept = await openBox(box);
	if (kept.length !== parts.length || kept.some((bytes, n) => bytes.length !== parts[n]?.length))
		throw new Error('the sealed box does not hold what was put into it');
}

/** The devices, as hashes, of which this person has left something here. */
export async function boxesOf(owner: string): Promise<readonly string[]> {
	if (!(await Dexie.getDatabaseNames()).includes(sealedName)) return [];
	const mine = await hashed(owner);
	return withBoxes(async (boxes) => {
		const keys = await boxes.where('owner').equals(mine).primaryKeys();
		return [...new Set(keys.map(([, device]) => device))];
	});
}

export const openBox = async (box: {
	readonly owner: string;
	readonly deviceId: string;
	readonly key: string;
}): Promise<readonly Uint8Array<ArrayBuffer>[]> => {
	const place = { owner: await hashed(box.owner), device: await hashed(box.deviceId) };
	const rows = await withBoxes((boxes) => boxes.where({ ...place }).sortBy('part'));
	return Promise.all(rows.map((row) => decrypt(box.key, row, belongsTo(row))));
};

export async function dropBox(owner: string, deviceId: string): Promise<void> {
	const place = { owner: await hashed(owner), device: await hashed(deviceId) };
	await withBoxes((boxes) => boxes.where(place).delete());
}

type Boxes = Table<Part, [owner: string, device: string, part: number]>;

async function withBoxes<T>(work: (boxes: Boxes, db: Dexie) => Promise<T>): Promise<T> {
	const db = new Dexie(sealedName, { chromeTransactionDurability: 'strict', autoOpen: false });
	db.version(1).stores({ boxes: '[owner+device+part], owner, [owner+device]' });
	await db.open();
	try {
		return await work(db.table('boxes'), db);
	} finally {
		db.close();
	}
}
