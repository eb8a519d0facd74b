import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '#server/db/connect.ts';
import { aPostgresDatabase } from '#tests/support/database.ts';
import { startPostgres } from '#tests/support/postgres.ts';

describe('PostgreSQL', () => {
	it('is refused when it answers before the disk knows', async () => {
		const databaseUrl = await aPostgresDatabase();
		const connection = await connect({ databaseUrl });
		const [database] = await connection.query<{ name: string }>(
			'select current_database() as name',
		);
		await connection.exec(`alter database ${database?.name} set synchronous_commit = off`);
		await connection.close();

		await expect(connect({ databaseUrl })).rejects.toThrow('synchronous_commit is off');
	});

	it('is refused when it never asks the disk', async () => {
		const careless = await startPostgres(['fsync=off']);
		onTestFinished(() => careless.stop());

		await expect(connect({ databaseUrl: careless.url })).rejects.toThrow('fsync is off');
	});

	it('may lose a connection between two uses', async () => {
		const databaseUrl = await aPostgresDatabase();
		const lost = Promise.withResolvers<Error>();
		const connection = await connect({ databaseUrl, connectionsMax: 1, onLost: lost.resolve });
		const killer = await connect({ databaseUrl });
		const [session] = await connection.query<{ pid: number }>('select pg_backend_pid() as pid');

		await killer.query('select pg_terminate_backend($1)', [session?.pid]);

		expect(await lost.promise).toMatchObject({ code: '57P01' });
		expect(await connection.query('select 1 as one')).toEqual([{ one: 1 }]);
		await Promise.all([connection.close(), killer.close()]);
	});

	it('may lose a connection inside a transaction, which then fails and leaves nothing', async () => {
		const databaseUrl = await aPostgresDatabase();
		const onLost = () => undefined;
		const connection = await connect({ databaseUrl, connectionsMax: 1, onLost });
		const killer = await connect({ databaseUrl });
		await connection.exec('create table note (id int)');

		const work = connection.transaction(async (tx) => {
			await tx.query('insert into note values (1)');
			const [session] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
			await killer.query('select pg_terminate_backend($1)', [session?.pid]);
			await tx.query('insert into note values (2)');
		});

		await expect(work).rejects.toThrow();
		expect(await connection.query('select * from note')).toEqual([]);
		await Promise.all([connection.close(), killer.close()]);
	});

	it('may be refused altogether with the reason', async () => {
		const databaseUrl = 'postgres://postgres@127.0.0.1:1/nothing';

		await expect(connect({ databaseUrl })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
	});
});
