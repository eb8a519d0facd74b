import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '#server/db/connection.ts';
import { anEmptyDatabase, databases } from '#tests/support/database.ts';

const allKinds = `select
	true as yes, 7::int2 as small, -7::int4 as middle, 9007199254740991::int8 as large,
	count(*) as counted, 1.5::float8 as float, 0.1::float4 as single, 12.50::numeric as exact,
	'ನಮಸ್ಕಾರ "x", {y}'::text as words, 'ab'::varchar(5) as short, 'ab'::char(4) as padded,
	'name'::name as name,
	'0193-4f6e7d8c9b0a4f6e7d8c9b0a1b2c'::uuid as id,
	'2026-11-23 15:30:00+05:30'::timestamptz as at,
	'2026-11-23 10:00:00.123987+00'::timestamptz as micro, '0099-01-01 00:00:00+00'::timestamptz as old,
	'2026-11-23 10:00:00.5'::timestamp as unzoned, '2026-11-23'::date as day, '10:05'::time as opens,
	interval '1 day 02:00' as lasts, '\\xdeadbeef'::bytea as bytes,
	'{"a":[1,null,"é"]}'::jsonb as json, '"text"'::jsonb as json_text, 'null'::jsonb as json_null,
	'{"b": 1}'::json as plain_json,
	tstzrange('2026-11-23 10:00+00', '2026-11-23 11:00+00') as during, int4range(1, 5) as range,
	array[1, null, 3] as numbers, array['a', 'NULL', null, 'b"c,{}\\d', ''] as texts,
	array[]::text[] as nothing, array[[1, 2], [3, 4]] as grid, array[1::int8] as larges,
	array['2026-11-23 10:00+00'::timestamptz] as times, array['{"a":1}'::jsonb] as jsons,
	array[true, false] as flags, array['2026-11-23'::date] as days, array[1.10::numeric] as exacts,
	array['0193-4f6e7d8c9b0a4f6e7d8c9b0a1b2c'::uuid] as uuids, array['10:05'::time] as times_of_day,
	array['\\x00ff'::bytea] as byte_lists, array['n'::name] as names,
	null::timestamptz as never, null::int[] as no_list,
	sum(2::int8) as sum_is_numeric, sum(2::int8)::bigint as sum_cast`;

const expected = {
	yes: true,
	small: 7,
	middle: -7,
	large: 9007199254740991,
	counted: 1,
	float: 1.5,
	single: 0.1,
	exact: '12.50',
	words: 'ನಮಸ್ಕಾರ "x", {y}',
	short: 'ab',
	padded: 'ab  ',
	name: 'name',
	id: '01934f6e-7d8c-9b0a-4f6e-7d8c9b0a1b2c',
	at: '2026-11-23T10:00:00.000Z',
	micro: '2026-11-23T10:00:00.123Z',
	old: '0099-01-01T00:00:00.000Z',
	unzoned: '2026-11-23 10:00:00.5',
	day: '2026-11-23',
	opens: '10:05:00',
	lasts: '1 day 02:00:00',
	bytes: new Uint8Array([0xde, 0xad, 0xbe, 0xef]),
	json: { a: [1, null, 'é'] },
	json_text: 'text',
	json_null: null,
	plain_json: { b: 1 },
	during: '["2026-11-23 10:00:00+00","2026-11-23 11:00:00+00")',
	range: '[1,5)',
	numbers: [1, null, 3],
	texts: ['a', 'NULL', null, 'b"c,{}\\d', ''],
	nothing: [],
	grid: [
		[1, 2],
		[3, 4],
	],
	larges: [1],
	times: ['2026-11-23T10:00:00.000Z'],
	jsons: [{ a: 1 }],
	flags: [true, false],
	days: ['2026-11-23'],
	exacts: ['1.10'],
	uuids: ['01934f6e-7d8c-9b0a-4f6e-7d8c9b0a1b2c'],
	times_of_day: ['10:05:00'],
	byte_lists: [new Uint8Array([0, 0xff])],
	names: ['n'],
	never: null,
	no_list: null,
	sum_is_numeric: '2',
	sum_cast: 2,
};

describe('a value', () => {
	const connections = {} as Record<(typeof databases)[number], Connection>;

	beforeAll(async () => {
		for (const database of databases) connections[database] = await anEmptyDatabase(database);
	});
	afterAll(async () => {
		for (const database of databases) await connections[database].close();
	});

	it.each(databases)(
		'comes out of %s as the interface says, outside and inside',
		async (database) => {
			const outside = await connections[database].query(allKinds);
			const inside = await connections[database].transaction((tx) => tx.query(allKinds));

			expect(outside).toStrictEqual([expected]);
			expect(inside).toStrictEqual([expected]);
		},
	);

	it('of one same row comes out of both deep-equal', async () => {
		const [pglite] = await connections.pglite.query(allKinds);
		const [postgres] = await connections.postgres.query(allKinds);

		expect(pglite).toStrictEqual(postgres);
	});

	it('goes into both alike', async () => {
		const params = [
			...[true, 7, 2 ** 40, 1.5, '12.50', 'ನ"x', null, '2026-11-23T10:00:00.123Z', '2026-11-23'],
			...[
				JSON.stringify({ a: ['é'] }),
				new Uint8Array([1, 2]),
				[1, null],
				['a,"b', '\\', null],
				[],
			],
			...[['2026-11-23T10:00:00.000Z'], [true], [[1, 2]], [JSON.stringify({ b: 1 })]],
		];
		const text = `select $1::bool b, $2::int4 i, $3::int8 l, $4::float8 f, $5::numeric n, $6::text t,
			$7::text e, $8::timestamptz at, $9::date d, $10::jsonb j, $11::bytea y, $12::int4[] li,
			$13::text[] lt, $14::text[] le, $15::timestamptz[] la, $16::bool[] lb, $17::int4[] g,
			$18::jsonb[] lj`;

		const [pglite] = await connections.pglite.query<Record<string, unknown>>(text, params);
		const [postgres] = await connections.postgres.query(text, params);

		expect(pglite).toStrictEqual(postgres);
		expect(Object.values(pglite ?? {})).toEqual([
			...params.slice(0, 9),
			...[{ a: ['é'] }, new Uint8Array([1, 2]), [1, null], ['a,"b', '\\', null], []],
			...[['2026-11-23T10:00:00.000Z'], [true], [[1, 2]], [{ b: 1 }]],
		]);
	});

	it.each(databases)(
		'too large or endless throws on %s and does no other harm',
		async (database) => {
			const connection = connections[database];

			await expect(connection.query('select 9007199254740992::int8')).rejects.toThrow('Too large');
			await expect(connection.query(`select 'infinity'::timestamptz`)).rejects.toThrow(
				'Not a time',
			);
			expect(await connection.query('select 1 as one')).toEqual([{ one: 1 }]);
		},
	);

	it.each(databases)('sorts by its bytes on %s', async (database) => {
		const sorted = await connections[database].query(
			`select string_agg(word, ' ' order by word) as words from unnest(array['b', 'B', 'a', '_']) word`,
		);

		expect(sorted).toEqual([{ words: 'B _ a b' }]);
	});
});
