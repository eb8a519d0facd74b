import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '#server/db/connect.ts';
import type { Connection, Transaction } from '#server/db/connection.ts';
import {
	aDatabaseFolder,
	anEmptyDatabase,
	aPostgresDatabase,
	databases,
	makeDatabaseTemplate,
} from '#tests/support/database.ts';

describe.each(databases)('a connection to %s', (database) => {
	let connection: Connection;

	beforeAll(async () => {
		await makeDatabaseTemplate();
		connection = await anEmptyDatabase(database);
		await connection.exec(`
			create table bike (id int constraint bike_pkey primary key, plate text not null);
			create table visit (id int primary key,
				bike_id int constraint visit_bike references bike deferrable initially deferred)`);
	}, 120_000);
	afterAll(() => connection.close());
	beforeEach(() => connection.exec('truncate bike, visit'));

	const add = (to: Pick<Transaction, 'query'>, id: number, plate = 'KA51AB1234') =>
		to.query('insert into bike values ($1, $2)', [id, plate]);
	const ids = async () => {
		const bikes = await connection.query<{ id: number }>('select id from bike order by id');
		return bikes.map(({ id }) => id);
	};

	it('commits what a transaction did and returns its value', async () => {
		const value = await connection.transaction(async (tx) => {
			await add(tx, 1);
			await add(tx, 2);
			return 'done';
		});

		expect(value).toBe('done');
		expect(await ids()).toEqual([1, 2]);
	});

	it('undoes the whole transaction when the work throws', async () => {
		const work = connection.transaction(async (tx) => {
			await add(tx, 1);
			throw new Error('no');
		});

		await expect(work).rejects.toThrow('no');
		expect(await ids()).toEqual([]);
	});

	it('throws instead of committing nothing when the work swallowed a failed statement', async () => {
		const work = connection.transaction(async (tx) => {
			await add(tx, 1);
			await add(tx, 1).catch(() => undefined);
		});

		await expect(work).rejects.toMatchObject({ code: '25P02' });
		expect(await ids()).toEqual([]);
	});

	it('throws when the commit itself finds a broken constraint, and can be used again', async () => {
		const work = connection.transaction((tx) => tx.query('insert into visit values (1, 77)'));

		await expect(work).rejects.toMatchObject({ code: '23503', constraint: 'visit_bike' });
		expect(await connection.query('select 1 as one')).toEqual([{ one: 1 }]);
	});

	it('names the SQLSTATE and the constraint of a violation', async () => {
		await add(connection, 1);

		const violation = { code: '23505', constraint: 'bike_pkey' };
		await expect(add(connection, 1)).rejects.toMatchObject(violation);
		await expect(connection.transaction((tx) => add(tx, 1))).rejects.toMatchObject(violation);
	});

	it('runs at read committed', async () => {
		const [level] = await connection.transaction((tx) =>
			tx.query(`select current_setting('transaction_isolation') as level`),
		);

		expect(level).toEqual({ level: 'read committed' });
	});

	it('keeps concurrent transactions apart', async () => {
		await add(connection, 1, '0');
		const increment = () =>
			connection.transaction(async (tx) => {
				const [bike] = await tx.query<{ plate: string }>(
					'select plate from bike where id = 1 for update',
				);
				await tx.query('update bike set plate = $1', [`${Number(bike?.plate) + 1}`]);
			});

		await Promise.all(Array.from({ length: 20 }, increment));

		expect(await connection.query('select plate from bike')).toEqual([{ plate: '20' }]);
	});

	describe('inside an open transaction', () => {
		it.each<[string, (connection: Connection) => Promise<unknown>]>([
			['a nested transaction', (inner) => inner.transaction((tx) => add(tx, 2))],
			['a bare query', (inner) => add(inner, 2)],
			['a script', (inner) => inner.exec('insert into bike values (2, $$x$$)')],
			['a query through Drizzle', (inner) => inner.drizzle.execute(sql`select 1`)],
			['a transaction through Drizzle', (inner) => inner.drizzle.transaction(async () => 1)],
		])('refuses %s and rolls back', async (_, attempt) => {
			const work = connection.transaction(async (tx) => {
				await add(tx, 1);
				await attempt(connection);
			});

			await expect(work).rejects.toSatisfy(saysInside);
			expect(await ids()).toEqual([]);
		});

		it('refuses it also deep in the calls and after other waits', async () => {
			const work = connection.transaction(async (tx) => {
				await add(tx, 1);
				await new Promise((resolve) => setImmediate(resolve));
				await Promise.all([add(tx, 2), Promise.resolve().then(() => add(connection, 3))]);
			});

			await expect(work).rejects.toThrow('Inside a transaction');
		});

		it('runs statements that were sent together one after another', async () => {
			await connection.transaction((tx) => Promise.all([1, 2, 3].map((id) => add(tx, id))));

			expect(await ids()).toEqual([1, 2, 3]);
		});
	});

	it('refuses a query inside a transaction of Drizzle', async () => {
		const work = connection.drizzle.transaction(() => add(connection, 1));

		await expect(work).rejects.toSatisfy(saysInside);
	});

	it('is free again for what a transaction started and left behind', async () => {
		let later = Promise.resolve<unknown>(null);
		const ended = Promise.withResolvers<void>();

		await connection.transaction(async (tx) => {
			later = ended.promise.then(() => add(connection, 2));
			await add(tx, 1);
		});
		ended.resolve();
		await later;

		expect(await ids()).toEqual([1, 2]);
	});

	it('refuses a statement on a transaction that has ended', async () => {
		const tx = await connection.transaction(async (open) => open);

		await expect(add(tx, 1)).rejects.toThrow('has ended');
		expect(await ids()).toEqual([]);
	});

	it('shows a query through Drizzle nothing of a transaction still open', async () => {
		const opened = Promise.withResolvers<void>();
		const mayEnd = Promise.withResolvers<void>();
		const work = connection.transaction(async (tx) => {
			await add(tx, 1);
			opened.resolve();
			await mayEnd.promise;
			throw new Error('rolled back');
		});
		await opened.promise;

		const write = connection.drizzle.execute(sql`insert into bike values (2, 'KA51')`);
		setImmediate(mayEnd.resolve);

		await expect(work).rejects.toThrow('rolled back');
		await write;
		expect(await ids()).toEqual([2]);
	});

	it.each([
		['undefined', undefined],
		['a Date', new Date('2026-11-23T10:00:00.000Z')],
		['an object', { a: 1 }],
		['an array with an object in it', [{ a: 1 }]],
	])('refuses %s as a parameter', async (_, param) => {
		await expect(connection.query('select $1::text', [param])).rejects.toThrow('Parameter $1 is');
	});

	it('refuses two statements in one query', async () => {
		await expect(connection.query('select 1; select 2')).rejects.toMatchObject({ code: '42601' });
	});

	it('throws out a transaction whose code waits too long for something else', async () => {
		const impatient = await anImpatientConnection();
		await impatient.exec('create table note (id int)');

		const never = new Promise<never>(() => undefined);
		const work = impatient.transaction(async (tx) => {
			await tx.query('insert into note values (1)');
			await tx.query('select pg_sleep(0.2)');
			await never;
		});

		await expect(work).rejects.toThrow('Transaction idle for 0.05 s');
		expect(await impatient.query('select * from note')).toEqual([]);
		await impatient.close();
	});

	it('may be closed twice', async () => {
		const other = await anImpatientConnection();

		await other.close();
		await other.close();

		await expect(other.query('select 1')).rejects.toThrow();
	});

	async function anImpatientConnection(): Promise<Connection> {
		const idleSecondsMax = 0.05;
		return database === 'pglite'
			? connect({ idleSecondsMax, dataDir: aDatabaseFolder() })
			: connect({ idleSecondsMax, databaseUrl: await aPostgresDatabase() });
	}
});

/** Drizzle wraps what its client throws. */
function saysInside(error: unknown): boolean {
	const whole = error instanceof Error ? `${error.message} ${String(error.cause)}` : '';
	return whole.includes('Inside a transaction');
}
