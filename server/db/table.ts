import {
	bigint,
	boolean,
	customType,
	date,
	doublePrecision,
	integer,
	jsonb,
	pgTable,
	text,
	uuid,
	type PgColumnBuilderBase,
} from 'drizzle-orm/pg-core';
import type { NotNull, $Type } from 'drizzle-orm';
import type { Entity, Field, Fields, Kind } from '#sync/core/entity.ts';
import type { Instant } from '#sync/core/time.ts';
import { columnsOf, type Column } from './columns.ts';

/** A time as text, written and read the way all times are; a Date would lose that on the way. */
export const instant = customType<{ data: Instant; driverData: string }>({
	dataType: () => 'timestamptz',
});

type ValueOf<F> = F extends Field<infer T, boolean> ? T : never;
/** A text column stands for all: what a query's types need is the value and whether it may be null. */
type BuilderOf<F> =
	null extends ValueOf<F>
		? $Type<ReturnType<typeof text>, NonNullable<ValueOf<F>>>
		: NotNull<$Type<ReturnType<typeof text>, ValueOf<F>>>;
type BuildersOf<F extends Fields> = { [K in keyof F & string]: BuilderOf<F[K]> };
type TableOf<N extends string, B extends Record<string, PgColumnBuilderBase>> = ReturnType<
	typeof pgTable<N, B>
>;

/**
 * The table of an entity for Drizzle: reports and sign-in read through it with the entity's own
 * names and types. It makes no tables: the migrations do, and a test compares the two.
 */
export function tableOf<N extends string, F extends Fields>(
	entity: Entity<N, F>,
): TableOf<N, BuildersOf<F>> {
	const columns = Object.fromEntries(
		columnsOf(entity).map((column) => [column.field, builderOf(column)]),
	);
	return pgTable(entity.name, columns) as unknown as TableOf<N, BuildersOf<F>>;
}

function builderOf(column: Column): PgColumnBuilderBase {
	const builder = builders[column.kind](column);
	if (column.kind === 'id') return builder.primaryKey();
	return column.nullable ? builder : builder.notNull();
}

const builders = {
	id: ({ name }) => uuid(name),
	ref: ({ name }) => uuid(name),
	text: ({ name }) => text(name),
	codes: ({ name }) => text(name).array(),
	int: ({ name, type }) => (type === 'integer' ? integer(name) : bigint(name, { mode: 'number' })),
	real: ({ name }) => doublePrecision(name),
	money: ({ name }) => bigint(name, { mode: 'number' }),
	instant: ({ name }) => instant(name),
	day: ({ name }) => date(name, { mode: 'string' }),
	wallTime: ({ name }) => text(name),
	flag: ({ name }) => boolean(name),
	json: ({ name }) => jsonb(name),
} satisfies Record<Kind, (column: Column) => unknown>;
