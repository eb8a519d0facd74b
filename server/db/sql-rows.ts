import type { AnyEntity, Row } from '#sync/core/entity.ts';
import type { During } from '#sync/core/mutator.ts';
import { assert } from '#sync/core/rejection.ts';
import { columnName, columnsOf, oncePer, primaryKeyOf, type Column } from './columns.ts';
import type { Sql } from './connection.ts';
import { TryAgain, type Write } from './port.ts';

/** The rows of these ids that exist. */
export async function readRows(
	sql: Sql,
	entity: AnyEntity,
	ids: readonly string[],
): Promise<Row[]> {
	if (ids.length === 0) return [];
	const where = `"${primaryKeyOf(entity)}" = any($1::uuid[])`;
	return rowsOf(sql, `select ${rowSql(entity)} as "row" from "${entity.name}" where ${where}`, [
		ids,
	]);
}

/** Rows whose fields equal these, and that overlap `during`, by id. */
export async function listRows(
	sql: Sql,
	entity: AnyEntity,
	equals: Readonly<Record<string, unknown>>,
	during?: During,
): Promise<Row[]> {
	const params: unknown[] = [];
	const param = (value: unknown) => `$${params.push(value)}`;
	const conditions = Object.entries(equals).map(([field, wanted]) =>
		conditionOn(columnFor(entity, field), wanted, param),
	);
	if (during)
		conditions.push(
			`"${columnFor(entity, 'startAt').name}" < ${param(during.until)}::timestamptz`,
			`"${columnFor(entity, 'endAt').name}" > ${param(during.from)}::timestamptz`,
		);
	const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
	const select = `select ${rowSql(entity)} as "row" from "${entity.name}" ${where}`;
	return rowsOf(sql, `${select} order by "${primaryKeyOf(entity)}"`, params);
}

/** Inserts, or updates as a whole, rows of one entity in one statement. */
export async function writeRows(sql: Sql, write: Write): Promise<void> {
	const { entity, kind, rows, versions } = write;
	if (rows.length === 0) return;
	const update = versions === undefined ? updateSql : versionedUpdateSql;
	const text = kind === 'insert' ? insertSql(entity) : update(entity);
	const given = versions ? rows.map((row, n) => ({ ...row, seenVersion: versions[n] })) : rows;
	const written = await sql.query(text, [JSON.stringify(given)]);
	if (versions && written.length < rows.length)
		throw new TryAgain(`${entity.name} was changed by somebody else`);
	assert(written.length === rows.length, `${kind} of ${rows.length} ${entity.name}`);
}

/**
 * A row as one JSON value with the entity's field names, just as its parser wants it. Reads and the
 * pull share it, so that a row cannot look different depending on the way it came.
 */
export const rowSql: (entity: AnyEntity) => string = oncePer((entity) => {
	const pairs = columnsOf(entity).map(({ field, name, kind }) => {
		const value = kind === 'instant' ? isoSql(`"${name}"`) : `"${name}"`;
		return `'${field}', ${value}`;
	});
	return `jsonb_build_object(${pairs.join(', ')})`;
});

/** A time as instants are written here: JSON's own form has no fixed number of decimals. */
export const isoSql = (column: string): string =>
	`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

async function rowsOf(sql: Sql, text: string, params: readonly unknown[]): Promise<Row[]> {
	const found = await sql.query<{ row: Row }>(text, params);
	return found.map(({ row }) => row);
}

function columnFor(entity: AnyEntity, field: string): Column {
	const column = columnsOf(entity).find((each) => each.field === field);
	assert(column !== undefined, `${entity.name} has no ${field}`);
	return column;
}

function conditionOn(
	{ name, type, kind }: Column,
	wanted: unknown,
	param: (value: unknown) => string,
): string {
	assert(kind !== 'codes' && kind !== 'json', `${name} cannot be listed by`);
	assert(wanted !== undefined, `${name} listed by undefined`);
	if (wanted === null) return `"${name}" is null`;
	if (!Array.isArray(wanted)) return `"${name}" = ${param(wanted)}::${type}`;
	const values = wanted.filter((value) => value !== null);
	const anyOf = `"${name}" = any(${param(values)}::${type}[])`;
	return values.length === wanted.length ? anyOf : `(${anyOf} or "${name}" is null)`;
}

/** The rows of `$1` with their field names, read by the database into the types of the columns. */
function given(entity: AnyEntity, more: readonly string[] = []): string {
	const typed = [...columnsOf(entity).map(({ field, type }) => `"${field}" ${type}`), ...more];
	return `jsonb_to_recordset($1::jsonb) as given (${typed.join(', ')})`;
}

const insertSql = oncePer((entity) => {
	const columns = columnsOf(entity);
	const names = columns.map(({ name }) => `"${name}"`).join(', ');
	const values = columns.map(({ field }) => `given."${field}"`).join(', ');
	return `insert into "${entity.name}" (${names})
		select ${values} from ${given(entity)}
		returning "${primaryKeyOf(entity)}"`;
});

const updateSql = oncePer((entity) => updateOf(entity, false));
const versionedUpdateSql = oncePer((entity) => updateOf(entity, true));

function updateOf(entity: AnyEntity, versioned: boolean): string {
	const sets = columnsOf(entity)
		.filter(({ kind }) => kind !== 'id')
		.map(({ field, name }) => `"${name}" = given."${field}"`);
	const key = columnName(entity, 'id');
	return `update "${entity.name}" as stored set ${sets.join(', ')}
		from ${given(entity, versioned ? ['"seenVersion" int'] : [])}
		where stored."${key}" = given."id"
			${versioned ? 'and stored."version" = given."seenVersion"' : ''}
		returning stored."${key}"`;
}
