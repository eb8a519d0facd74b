import type { AnyEntity, Row } from '#sync/core/entity.ts';
import type { Reads } from './port.ts';
import { matches } from './match.ts';

type Equals = Readonly<Record<string, unknown>>;
type Asked = { readonly value: string; readonly give: (rows: Row[]) => void };
type Batch = {
	readonly asked: Asked[];
	/** Reads for everybody who asked. */
	readonly answer: (batch: readonly Asked[]) => Promise<void>;
	readonly fail: ((reason: unknown) => void)[];
};

/**
 * The same reads with fewer statements: what is asked in one turn of the event loop, rows by id or
 * rows by one field, is asked of the database together. Everybody gets what he would have got alone.
 */
export function gathered(reads: Reads): Reads {
	const open = new Map<string, Batch>();

	function ask(key: string, value: string, answer: Batch['answer']): Promise<Row[]> {
		const { promise, resolve, reject } = Promise.withResolvers<Row[]>();
		const batch = open.get(key) ?? begin(key, answer);
		batch.asked.push({ value, give: resolve });
		batch.fail.push(reject);
		return promise;
	}

	function begin(key: string, answer: Batch['answer']): Batch {
		const batch: Batch = { asked: [], answer, fail: [] };
		open.set(key, batch);
		setImmediate(() => {
			open.delete(key);
			batch.answer(batch.asked).catch((error: unknown) => {
				for (const fail of batch.fail) fail(error);
			});
		});
		return batch;
	}

	async function byField(entity: AnyEntity, field: string, asked: readonly Asked[]) {
		const rows = await reads.list(entity, { [field]: oneOrAll(asked.map((each) => each.value)) });
		for (const { value, give } of asked)
			give(rows.filter((row) => matches(row, { [field]: value })));
	}

	return {
		entries: (ids) => reads.entries(ids),
		async read(entity, ids) {
			const found = ids.map((id) =>
				ask(entity.name, id, async (asked) => {
					const all = [...new Set(asked.map((each) => each.value))];
					const rows = Map.groupBy(await reads.read(entity, all), (row) => row.id);
					for (const { value, give } of asked) give(rows.get(value) ?? []);
				}),
			);
			return (await Promise.all(found)).flat();
		},
		async list(entity, equals, during) {
			const field = during === undefined ? onlyField(equals) : null;
			if (field === null) return reads.list(entity, equals, during);
			return ask(`${entity.name} ${field}`, String(equals[field]), (asked) =>
				byField(entity, field, asked),
			);
		},
	};
}

/** The field of a list that asks for one value of one text field; null: it asks for more. */
function onlyField(equals: Equals): string | null {
	const [first, ...rest] = Object.entries(equals);
	return first !== undefined && rest.length === 0 && typeof first[1] === 'string' ? first[0] : null;
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
	const [first = '', ...rest] = new Set(values);
	return rest.length === 0 ? first : [first, ...rest];
}
