import { connect } from '#server/db/connect.ts';
import type { Connection } from '#server/db/connection.ts';
import { phoneOf } from '#server/demo/cast.ts';
import { startPostgres, type Postgres } from '#tests/support/postgres.ts';
import { plainPhone, type PlainPhone } from './plain-phone.ts';
import { aReaper } from './reaper.ts';
import { serverProcess, type ServerProcess } from './server-process.ts';
import type { Role } from './taps.ts';
import { tcpProxy, type Proxy } from './tcp-proxy.ts';

/** A server process with a proxy on either side. */
export type Place = {
	readonly server: ServerProcess;
	/** Between phones and the server. */
	readonly front: Proxy;
	/** Between the server and PostgreSQL. */
	readonly back: Proxy;
};

export type Person = { readonly phone: PlainPhone; readonly role: Role };

/** PostgreSQL, two servers on it, people with phones: all of it processes that can be killed. */
export type Garage = {
	readonly postgres: Postgres;
	readonly places: readonly Place[];
	readonly people: readonly Person[];
	/** Past all proxies: for whoever judges. */
	readonly truth: () => Promise<Connection>;
	/** Everything runs again and every line is fine. */
	readonly heal: () => Promise<void>;
	readonly crashDatabase: () => Promise<void>;
	readonly close: () => Promise<void>;
};

const cast: readonly (readonly [number, Role])[] = [
	[101, 'customer'],
	[102, 'customer'],
	[103, 'customer'],
	[21, 'worker'],
	[22, 'worker'],
	[11, 'owner'],
];

export const originOf = (port: number): string => `http://127.0.0.1:${port}`;

export async function aGarage(): Promise<Garage> {
	const reaper = aReaper();
	const postgres = await startPostgres();
	reaper.add(postgres.folder);
	reaper.add(postgres.pid());
	const port = Number(new URL(postgres.url).port);
	const places: Place[] = [];
	for (let nth = 0; nth < 2; nth += 1) places.push(await aPlace(port, reaper));
	// One after the other, as a release does: the first one seeds the town.
	for (const { server } of places) await server.start();
	const people: Person[] = [];
	for (const [number, role] of cast)
		people.push({ role, phone: plainPhone(phoneOf(number), await signIn(places, number)) });

	let isDown = false;
	return {
		postgres,
		places,
		people,
		truth: () => connect({ databaseUrl: postgres.url }),
		async crashDatabase() {
			reaper.drop(postgres.pid());
			isDown = true;
			await postgres.crash();
		},
		async heal() {
			if (isDown) {
				await postgres.again();
				reaper.add(postgres.pid());
				isDown = false;
			}
			for (const { front, back } of places)
				for (const proxy of [front, back]) proxy.turn({ kind: 'pass' });
			await Promise.all(
				places.filter(({ server }) => !server.isUp()).map(({ server }) => server.start()),
			);
		},
		async close() {
			for (const { server, front, back } of places) {
				await server.kill();
				await Promise.all([front.close(), back.close()]);
			}
			reaper.drop(postgres.pid());
			await postgres.stop();
			await reaper.end();
		},
	};
}

async function aPlace(postgresPort: number, reaper: ReturnType<typeof aReaper>): Promise<Place> {
	const back = await tcpProxy(() => postgresPort);
	const env = {
		DEMO: '1',
		DATABASE_URL: `postgres://postgres@127.0.0.1:${back.port}/postgres`,
		AUTH_SECRET: 'the same secret for all servers of this garage',
	};
	const server = serverProcess({ env, reaper });
	const front = await tcpProxy(server.port);
	return { server, front, back };
}

async function signIn([place]: readonly Place[], number: number): Promise<string> {
	const answer = await fetch(`${originOf(place!.front.port)}/api/auth/phone-number/verify`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ phoneNumber: phoneOf(number), code: '000000' }),
	});
	const token = answer.headers.get('set-auth-token');
	if (token === null) throw new Error(`nobody signs in: ${answer.status} ${await answer.text()}`);
	return token;
}
