import type { AnyEntity, Field, Fields } from '#sync/core/entity.ts';
import { columnName, columnsOf } from '#server/db/columns.ts';
import type { Connection } from '#server/db/connection.ts';

/** What a database says of its own tables. Names are given without their schema. */
export type Catalogue = {
	/** `booking.booking_order_check: CHECK ((end_at > start_at))` */
	readonly constraints: readonly string[];
	readonly indexes: readonly string[];
};

export type ConstraintName = { readonly table: string; readonly name: string };

const constraintTypes = "('c', 'f', 'p', 'u', 'x')";

/** Constraints and indexes in one schema of the database. */
export async function catalogueOf(connection: Connection, schema: string): Promise<Catalogue> {
	return connection.transaction(async (tx) => {
		// What is first on the path is printed without its schema.
		await tx.exec(`set local search_path to ${schema}, public`);
		const constraints = await tx.query<{ line: string }>(
			`select conrelid::regclass || '.' || conname || ': ' || pg_get_constraintdef(oid) as line
			from pg_constraint
			where connamespace = $1::regnamespace and contype in ${constraintTypes} order by 1`,
			[schema],
		);
		const indexes = await tx.query<{ line: string }>(
			`select replace(indexdef, schemaname || '.', '') as line
			from pg_indexes where schemaname = $1 order by 1`,
			[schema],
		);
		return { constraints: linesOf(constraints), indexes: linesOf(indexes) };
	});
}

/** UNIQUE, EXCLUDE, CHECK and key constraints, and unique indexes, by name. */
export const constraintNames = (connection: Connection): Promise<ConstraintName[]> =>
	connection.query<ConstraintName>(
		`select conrelid::regclass::text as table, conname as name from pg_constraint
		where connamespace = 'public'::regnamespace and contype in ${constraintTypes}
		union
		select indrelid::regclass::text, indexrelid::regclass::text from pg_index
		join pg_class on pg_class.oid = indrelid
		where indisunique and relnamespace = 'public'::regnamespace
		order by 1, 2`,
	);

/** What a test compares a column by, the same whether a database or a description says it. */
export type ColumnLine = string;
export const columnLine = (name: string, type: string, nullable: boolean): ColumnLine =>
	`${name} ${type}${nullable ? '' : ' not null'}`;

/** The columns of a table, without those that the database computes. */
export async function columnLinesOf(connection: Connection, table: string): Promise<ColumnLine[]> {
	const rows = await connection.query<{ name: string; type: string; nullable: boolean }>(
		`select attname as name, not attnotnull as nullable,
			replace(format_type(atttypid, atttypmod), 'timestamp with time zone', 'timestamptz') as type
		from pg_attribute
		where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
		order by attnum`,
		[table],
	);
	return rows.map(({ name, type, nullable }) => columnLine(name, type, nullable));
}

/** The CHECKs that follow from the entity: lists of values and ranges, `<table>_<column>_check`. */
export function derivedChecks(entity: AnyEntity): { name: string; sql: string }[] {
	return Object.entries(entity.fields as Fields).flatMap(([field, each]) => {
		const column = columnName(entity, field);
		const condition = conditionOf(column, each);
		return condition === null
			? []
			: [{ name: `${entity.name}_${column}_check`, sql: `check (${condition})` }];
	});
}

/** A table with nothing but the entity's columns and the CHECKs that follow from it. */
export function derivedTable(entity: AnyEntity, name: string): string {
	const columns = columnsOf(entity).map((column) => `"${column.name}" ${column.type}`);
	const checks = derivedChecks(entity).map((each) => `constraint ${each.name} ${each.sql}`);
	return `create table ${name} (${[...columns, ...checks].join(', ')})`;
}

function conditionOf(column: string, { kind, oneOf, range }: Field): string | null {
	if (oneOf) {
		const values = oneOf.map((value) => `'${value}'`).join(', ');
		return kind === 'codes' ? `${column} <@ array[${values}]` : `${column} in (${values})`;
	}
	return range ? `${column} between ${range[0]} and ${range[1]}` : null;
}

const linesOf = (rows: readonly { line: string }[]) => rows.map(({ line }) => line);
