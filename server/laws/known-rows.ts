import type { AnyEntity, Row, RowIn } from '#sync/core/entity.ts';
import type { Changed, KnownRows } from '#sync/core/law.ts';

/** Rows by id, by the name of their entity. */
export type Tables = ReadonlyMap<string, Rows>;
type Rows = ReadonlyMap<string, Row>;

/** All rows there are; and how they were before, if that is to be judged too. */
export const allRows = (tables: Tables, before: Tables | null = null): KnownRows => ({
	rows: <E extends AnyEntity>({ name }: E) =>
		[...(tables.get(name)?.values() ?? [])] as unknown as RowIn<E>[],
	find: <E extends AnyEntity>({ name }: E, id: string) =>
		(tables.get(name)?.get(id) ?? null) as RowIn<E> | null,
	changes: <E extends AnyEntity>({ name }: E) =>
		before === null
			? []
			: (changesOf(tables.get(name), before.get(name)) as unknown as Changed<RowIn<E>>[]),
	// Whoever compares two states does not know how many mutations lie between them.
	single: false,
});

/** Some of the rows: of what is not here, nobody knows whether it is there. */
export const someRows = (tables: Tables): KnownRows => ({
	...allRows(tables),
	find: <E extends AnyEntity>({ name }: E, id: string) =>
		tables.get(name)?.get(id) as RowIn<E> | undefined,
});

/** Rows are never changed in place: the same object is the same row. */
function changesOf(after: Rows | undefined, before: Rows | undefined): Changed<Row>[] {
	const changed: Changed<Row>[] = [];
	for (const [id, row] of after ?? []) {
		const earlier = before?.get(id) ?? null;
		if (earlier !== row) changed.push({ before: earlier, after: row });
	}
	return changed;
}
