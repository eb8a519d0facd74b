import type { Random } from '#tests/simulation/random.ts';
import { originOf, type Garage } from './garage.ts';
import type { Weather } from './tcp-proxy.ts';

/** What happens to the house while people work in it. */
type Disaster = {
	readonly name: string;
	readonly strike: (garage: Garage, random: Random) => Promise<void>;
};

const one = ({ places }: Garage, random: Random) => random.pick(places);

export const disasters: readonly Disaster[] = [
	{
		name: 'one server is killed',
		strike: async (garage, random) => one(garage, random).server.kill(),
	},
	{
		name: 'both servers are killed',
		strike: async ({ places }) => {
			await Promise.all(places.map(({ server }) => server.kill()));
		},
	},
	{ name: 'database sessions are ended', strike: endSessions },
	{ name: 'the database is killed', strike: async (garage) => garage.crashDatabase() },
	{
		name: 'the database and a server are killed',
		strike: async (garage, random) => {
			await Promise.all([garage.crashDatabase(), one(garage, random).server.kill()]);
		},
	},
	{
		name: 'the line to the database is cut',
		strike: async (garage, random) => {
			const { back } = one(garage, random);
			back.turn({ kind: 'refuse' });
			back.cutAll();
		},
	},
	{
		name: 'answers of the database are cut off, those to commits too',
		strike: async ({ places }, random) => {
			for (const { back } of places)
				back.turn({ kind: 'cut', way: 'down', afterBytes: 1 + random.below(3_000) });
		},
	},
	{
		name: 'the line to the database goes silent',
		strike: async (garage, random) => {
			const way = random.pick(['up', 'down', 'both'] as const);
			one(garage, random).back.turn({ kind: 'silence', way });
		},
	},
	{ name: 'the line to the database goes silent under every session', strike: silenceAll },
	{
		name: 'answers to phones are cut off',
		strike: async ({ places }, random) => {
			for (const { front } of places)
				front.turn({ kind: 'cut', way: 'down', afterBytes: random.below(400) });
		},
	},
	{
		name: 'the line to phones is bad',
		strike: async ({ places }, random) => {
			for (const { front } of places) front.turn(random.pick(bad));
		},
	},
];

const bad: readonly Weather[] = [
	{ kind: 'silence', way: 'up' },
	{ kind: 'silence', way: 'down' },
	{ kind: 'trickle', bytes: 200, everyMs: 1 },
	{ kind: 'delay', ms: 150 },
	{ kind: 'refuse' },
	{ kind: 'cut', way: 'up', afterBytes: 300 },
];

/** As an administrator does, or a database that is short of memory. */
async function endSessions(garage: Garage, random: Random): Promise<void> {
	const truth = await garage.truth();
	const sessions = await truth.query<{ pid: number }>(
		`select pid from pg_stat_activity
		where application_name like 'moto%' and pid <> pg_backend_pid() order by pid`,
	);
	for (const { pid } of sessions.filter(() => random.chance(0.5)))
		await truth.query('select pg_terminate_backend($1)', [pid]);
	await truth.close();
}

const askedAtOnce = 12;

/** More requests than a server has sessions: each of them is left with one that never answers. */
async function silenceAll(garage: Garage, random: Random): Promise<void> {
	const { front, back } = one(garage, random);
	back.turn({ kind: 'silence', way: random.pick(['up', 'down', 'both'] as const) });
	const token = garage.people[0]!.phone.token;
	const asks = Array.from({ length: askedAtOnce }, () =>
		fetch(`${originOf(front.port)}/api/me`, {
			headers: { authorization: `Bearer ${token}` },
			signal: AbortSignal.timeout(1_000),
		}),
	);
	await Promise.allSettled(asks);
}
