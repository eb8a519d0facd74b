import { Dexie } from 'dexie';

/** Everything in every database of this browser (or in these), names and all, as one text. */
export async function everyByte(isMeant: (name: string) => boolean = () => true): Promise<string> {
	const names = (await Dexie.getDatabaseNames()).filter(isMeant);
	const contents: string[] = [];
	for (const name of names) {
		const db = await new Dexie(name).open();
		for (const table of db.tables) {
			const [keys, rows] = await Promise.all([
				table.toCollection().primaryKeys(),
				table.toArray() as Promise<unknown[]>,
			]);
			contents.push(table.name, readable(keys), readable(rows));
		}
		db.close();
	}
	return [...names, ...contents].join('\n');
}

/** Bytes as the letters they would be, so that nothing hides in a buffer. */
const readable = (value: unknown): string =>
	JSON.stringify(value, (_, each: unknown) =>
		each instanceof ArrayBuffer || ArrayBuffer.isView(each)
			? Buffer.from(ArrayBuffer.isView(each) ? each.buffer : each).toString('latin1')
			: each,
	);
