import { readFileSync } from 'node:fs';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyEntity, Fields } from '#sync/core/entity.ts';
import { columnName, columnsOf } from '#server/db/columns.ts';
import type { Connection } from '#server/db/connection.ts';
import { decided, refusalOf, rules } from '#server/db/constraints.ts';
import * as schema from '#server/db/schema.ts';
import {
	catalogueOf,
	columnLine,
	columnLinesOf,
	constraintNames,
	derivedChecks,
	derivedTable,
	type Catalogue,
} from '#tests/support/catalogue.ts';
import { databases } from '#tests/support/database.ts';
import { aMigratedDatabase } from '#tests/support/ports.ts';
import { stored } from '#tests/support/sample.ts';

const designed = readFileSync(new URL('../../support/schema.sql', import.meta.url), 'utf8');
/** Sign-in keeps these for better-auth and itself: no mutation writes them. */
const signIn = ['session', 'account', 'verification', 'phone_code', 'rate_limit'];
/** Written by no mutation either: what a photo may be is said at the edge. */
const photos = ['blob', 'blob_part'];
const isOurs = (table: string) => !signIn.includes(table) && table !== 'schema_migration';
const tableOfLine = (line: string) =>
	/^(\w+)\./.exec(line)?.[1] ?? / ON (\w+) /.exec(line)?.[1] ?? line;

describe.each(databases)('the tables on %s', (database) => {
	let connection: Connection;
	let migrated: Catalogue;
	beforeAll(async () => {
		connection = await aMigratedDatabase(database);
		await connection.exec(
			`create schema design; set search_path to design, public; ${designed};
			set search_path to public`,
		);
		migrated = await catalogueOf(connection, 'public');
	});
	afterAll(() => connection.close());

	it('have just the constraints that were designed', async () => {
		const { constraints } = await catalogueOf(connection, 'design');

		expect(constraints.length).toBeGreaterThan(100);
		expect(migrated.constraints.filter((line) => isOurs(tableOfLine(line)))).toEqual(constraints);
	});

	it('have just the indexes that were designed', async () => {
		const { indexes } = await catalogueOf(connection, 'design');

		expect(indexes.length).toBeGreaterThan(50);
		expect(migrated.indexes.filter((line) => isOurs(tableOfLine(line)))).toEqual(indexes);
	});

	it.each(stored)('have the columns of their entity: $name', async (entity) => {
		const described = columnsOf(entity).map(({ name, type, nullable }) =>
			columnLine(name, type, nullable),
		);

		expect(await columnLinesOf(connection, entity.name)).toEqual(described);
	});

	it.each(stored)('hold each value to its list or range: $name', async (entity) => {
		await connection.exec(`create schema derived_${entity.name}`);
		await connection.exec(derivedTable(entity, `derived_${entity.name}.${entity.name}`));
		const derived = await catalogueOf(connection, `derived_${entity.name}`);

		expect(derived.constraints).toHaveLength(derivedChecks(entity).length);
		for (const line of derived.constraints) expect(migrated.constraints).toContain(line);
	});

	it.each(stored)(
		'have the indexes of their entity, or a key that begins alike: $name',
		(entity) => {
			for (const fields of entity.indexes) {
				const columns = fields.map((field) => columnName(entity, field)).join(', ');
				const serves = migrated.indexes.filter(
					(line) => tableOfLine(line) === entity.name && !line.includes(' WHERE '),
				);
				expect(serves.filter((line) => line.includes(`USING btree (${columns}`))).not.toEqual([]);
			}
		},
	);

	it.each(stored)('refer to the tables their ids are of: $name', (entity) => {
		const tables = new Set(['app_user', ...stored.map((each) => each.name)]);
		for (const [field, { target }] of Object.entries(entity.fields as Fields)) {
			if (target === undefined || !tables.has(target)) continue;
			const column = columnName(entity, field);
			const reference = new RegExp(
				`^${entity.name}\\.\\w+: FOREIGN KEY \\(${column}[,)].*REFERENCES ${target}\\(`,
			);
			expect(
				migrated.constraints.filter((line) => reference.test(line)),
				column,
			).not.toEqual([]);
		}
	});

	it('make no value by themselves but constants: neither times nor ids', async () => {
		const defaults = await connection.query<{ value: string }>(
			`select pg_get_expr(adbin, adrelid) as value from pg_attrdef
			join pg_attribute on attrelid = adrelid and attnum = adnum
			join pg_class on pg_class.oid = adrelid
			where relnamespace = 'public'::regnamespace and attgenerated = ''`,
		);

		expect(defaults.map(({ value }) => value)).toContain('0');
		for (const { value } of defaults) expect(value).toMatch(/^(-?\d+|true|false)$/);
	});

	it('are known to Drizzle as they are', async () => {
		for (const table of Object.values(schema)) {
			const { name, columns } = getTableConfig(table);
			const known = columns.map((column) =>
				columnLine(column.name, column.getSQLType(), !column.notNull && !column.primary),
			);
			expect(known, name).toEqual(await columnLinesOf(connection, name));
		}
		const names = Object.values(schema).map((table) => getTableConfig(table).name);
		expect(names).toEqual(expect.arrayContaining(stored.map((each) => each.name)));
	});

	it('have no constraint that nobody knows what to tell a user about', async () => {
		const derived = new Set(stored.flatMap((each) => derivedChecks(each).map(({ name }) => name)));
		const shapes =
			/_(phone|opens|closes|starts|ends|registration_(number|key)|coll|gone|status)_check$/;
		const names = (await constraintNames(connection)).filter(
			({ table }) => isOurs(table) && !photos.includes(table),
		);
		const needsWord = names
			.map(({ name }) => name)
			.filter((name) => !/_[pf]key$/.test(name) && !derived.has(name) && !shapes.test(name));

		expect(needsWord.length).toBeGreaterThan(25);
		expect(needsWord.filter((name) => !Object.hasOwn(decided, name))).toEqual([]);
		expect(names.filter(({ name }) => refusalOf(name) === null)).toEqual([]);
	});

	it('have every constraint that a refusal is written down for', async () => {
		const names = (await constraintNames(connection)).map(({ table, name }) => `${table} ${name}`);

		for (const [name, { entity }] of Object.entries(rules))
			expect(names).toContain(`${entity} ${name}`);
	});

	it('say what is unique just as the rules that memory keeps do', () => {
		for (const [name, rule] of Object.entries(rules)) {
			const entity = stored.find((each) => each.name === rule.entity) as AnyEntity;
			const columns = rule.fields.map((field) => columnName(entity, field));
			const line = migrated.indexes.find((each) => each.includes(`INDEX ${name} ON`));
			const listed = rule.overlapping ? [...columns, 'during'] : columns;
			expect(line, name).toContain(`(${listed.join(', ')})`);
			expect(line?.includes(' WHERE '), name).toBe(rule.when !== undefined);
			expect(line?.includes('NULLS NOT DISTINCT'), name).toBe(rule.nullsCount === true);
		}
	});
});
