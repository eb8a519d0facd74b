import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '#server/db/connect.ts';
import type { Connection } from '#server/db/connection.ts';
import { startPostgres, type Postgres } from '#tests/support/postgres.ts';
import { tcpProxy, type Proxy } from './tcp-proxy.ts';

let postgres: Postgres;
let proxy: Proxy;
let connection: Connection;
beforeAll(async () => {
	postgres = await startPostgres();
	const port = Number(new URL(postgres.url).port);
	proxy = await tcpProxy(() => port);
	connection = await connect({
		databaseUrl: `postgres://postgres@127.0.0.1:${proxy.port}/postgres`,
		connectionsMax: 2,
		answerSecondsMax: 1,
	});
}, 120_000);
afterAll(async () => {
	await proxy.close();
	await connection.close();
	await postgres.stop();
});

describe('a database whose line goes silent', () => {
	it('fails what waits for it, and is there again as soon as a new line is', async () => {
		await connection.exec('create table visit (id int primary key)');

		const caught = connection.transaction(async (tx) => {
			await tx.query('insert into visit values (1)');
			proxy.turn({ kind: 'silence', way: 'both' });
			await tx.query('insert into visit values (2)');
		});
		await expect(caught).rejects.toThrow('Query read timeout');
		const asked = [connection.query('select 1'), connection.query('select 1')];
		const answers = await Promise.allSettled(asked);
		expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
		proxy.turn({ kind: 'pass' });

		expect(await connection.query('select id from visit')).toEqual([]);
	});

	it('does not keep the locks of a server that is gone', async () => {
		const [row] = await connection.query<{ after: string }>(
			`select current_setting('idle_in_transaction_session_timeout') as after`,
		);
		expect(row?.after).toBe('1min');
	});
});
