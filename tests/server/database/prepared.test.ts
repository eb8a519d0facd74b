import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '#server/db/connection.ts';
import { anEmptyDatabase, databases, makeDatabaseTemplate } from '#tests/support/database.ts';

describe.each(databases)('a statement that is kept prepared on %s', (database) => {
	let connection: Connection;

	beforeAll(async () => {
		await makeDatabaseTemplate();
		connection = await anEmptyDatabase(database);
		await connection.exec(
			'create table bike (id int constraint bike_pkey primary key, plate text, seen timestamptz)',
		);
	}, 120_000);
	afterAll(() => connection.close());
	beforeEach(() => connection.exec('truncate bike'));

	const byPlate = 'select id from bike where plate = $1';
	/** Those of this session: on PostgreSQL of one of several. */
	const kept = async (text = '%') => {
		const rows = await connection.query<{ name: string }>(
			`select name from pg_prepared_statements where name like 'kept%' and statement like $1`,
			[text],
		);
		return rows.map(({ name }) => name);
	};

	it('answers what is there, however often it is asked', async () => {
		for (let id = 1; id <= 450; id += 1) {
			await connection.query('insert into bike (id, plate) values ($1, $2)', [id, `KA${id}`]);
			expect(await connection.query(byPlate, [`KA${id}`])).toEqual([{ id }]);
		}
		expect((await kept(byPlate)).length).toBeLessThanOrEqual(1);
	});

	it('may fail and be used again, in the same transaction not and in the next', async () => {
		const add = 'insert into bike (id) values ($1)';
		await connection.query(add, [1]);
		const twice = connection.transaction(async (tx) => {
			await tx.query(add, [2]);
			await tx.query(add, [1]).catch(() => undefined);
			await tx.query(add, [3]);
		});
		await expect(twice).rejects.toMatchObject({ code: '25P02' });

		await connection.transaction((tx) => tx.query(add, [2]));

		expect(await connection.query('select id from bike order by id')).toEqual([
			{ id: 1 },
			{ id: 2 },
		]);
	});

	it('may be wrong, and be right when the table has come', async () => {
		const early = 'select wheel_id from wheel';
		await expect(connection.query(early)).rejects.toMatchObject({ code: '42P01' });

		await connection.exec('create table wheel (wheel_id int); insert into wheel values (1)');

		expect(await connection.query(early)).toEqual([{ wheel_id: 1 }]);
	});

	it('follows a table that gets another column', async () => {
		await connection.query('insert into bike (id, plate) values ($1, $2)', [1, 'KA1']);
		await connection.query(byPlate, ['KA1']);

		await connection.exec('alter table bike add column colour text; drop index if exists plates');

		expect(await connection.query(byPlate, ['KA1'])).toEqual([{ id: 1 }]);
	});

	it('takes and gives every kind of value as without', async () => {
		const seen = '2026-11-23T03:30:00.000Z';
		const values = [null, 7, 'KA51AB1234', seen, ['a', null, 'c,"d"'], '{"b": [1, true]}'];
		const ask = () =>
			connection.query(
				`select $1::text as nothing, $2::int as number, $3::text as plate,
					$4::timestamptz as seen, $5::text[] as list, $6::jsonb as document`,
				values,
			);

		const first = await ask();

		expect(await ask()).toEqual(first);
		expect(first).toEqual([
			{
				...{ nothing: null, number: 7, plate: 'KA51AB1234', seen },
				...{ list: ['a', null, 'c,"d"'], document: { b: [1, true] } },
			},
		]);
	});

	it('is one of some hundreds at most, whatever is asked', async () => {
		for (let n = 0; n < 620; n += 1)
			expect(await connection.query(`select ${n} as n`)).toEqual([{ n }]);

		expect((await kept()).length).toBeLessThanOrEqual(501);
	});
});
