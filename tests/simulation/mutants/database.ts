import type { Scope } from '#sync/core/scope.ts';
import { scopeOf } from '#sync/core/scope.ts';
import type { Port, PullPage } from '#server/db/port.ts';
import { asha } from '#tests/support/cast.ts';
import type { Mutant } from '../mutant.ts';
import { inTransaction } from './door.ts';

/** Bugs in locks, stamps and pulls. */
export const inTheDatabase: readonly Mutant[] = [
	{
		name: 'cursor by time: a reader steps over whoever has not committed yet',
		port: steppingOver,
	},
	{
		name: 'no lock on a shop: two decide on what both read',
		worlds: ['slowDatabase'],
		flaws: { unlocked: (key) => key.startsWith('advisory:shop:') },
	},
	{
		name: 'no lock on a device: two requests of one phone go on from the same number',
		worlds: ['twoLeaders', 'lostRaces', 'slowDatabase'],
		flaws: { unlocked: (key) => key.startsWith('advisory:device:') },
	},
	{
		name: 'two places: neither a lock nor a constraint keeps a worker in one',
		worlds: ['slowDatabase'],
		flaws: {
			unlocked: (key) => key.startsWith('advisory:shop:'),
			forgotten: ['worker_no_overlap'],
		},
	},
	{
		name: 'two scopes: a document is judged by each scope alone',
		port: (port) => ({ ...port, pull: (request) => pullEachAlone(port, request) }),
	},
	{
		name: 'too much: another customer is told along',
		port: (port) => ({ ...port, pull: (request) => port.pull(withAnother(request)) }),
	},
	{
		name: 'skipped: a page that was cut counts as whole',
		port: (port) => ({
			...port,
			pull: async (request) => {
				const page = await port.pull(request);
				if (!page.more) return page;
				const cursors = await port.heads(Object.keys(page.cursors) as Scope[]);
				return { ...page, cursors, more: false };
			},
		}),
	},
	{
		name: 'floors: a phone goes on over what is forgotten',
		worlds: ['forgetTombstones'],
		port: (port) => ({
			...port,
			pull: async (request) => ({ ...(await port.pull(request)), stale: [] }),
		}),
	},
	{
		name: 'restore: nobody says that the server went back',
		worlds: ['backupOrRestore'],
		flaws: { eraKept: true },
	},
	{
		name: 'forgotten stamp: the bike that a visit brings along is not stamped',
		port: inTransaction((tx) => ({
			...tx,
			stamp: (touches, outcomes, now) =>
				tx.stamp(
					touches.filter(
						(each) => each.collection !== 'vehicles' || each.scope.startsWith('customer:'),
					),
					outcomes,
					now,
				),
		})),
	},
	{
		name: 'forgotten night: what has grown old is not stamped',
		port: inTransaction((tx) => ({
			...tx,
			stamp: (touches, outcomes, now) => {
				const told = touches.filter((each) => each.gone !== 'aged');
				const moved = new Set(told.map((each) => each.scope));
				const rest = outcomes.map((each) => ({
					...each,
					scopes: each.scopes.filter((scope) => moved.has(scope)),
				}));
				return tx.stamp(told, rest, now);
			},
		})),
	},
];

/** As with a clock in place of counters: what is written meanwhile counts as read. */
function steppingOver(port: Port): Port {
	let writing = 0;
	return {
		...port,
		transaction: async (work) => {
			writing += 1;
			try {
				return await port.transaction(work);
			} finally {
				writing -= 1;
			}
		},
		pull: async (request) => {
			const page = await port.pull(request);
			if (writing === 0 || page.more) return { ...page, stale: [] };
			const cursors = Object.entries(page.cursors).map(([scope, v]) => [scope, v + 1] as const);
			return { ...page, cursors: Object.fromEntries(cursors), stale: [] };
		},
	};
}

const withAnother = (request: Parameters<Port['pull']>[0]) => {
	const his = scopeOf.customer(String(asha.grants[0]?.customerId));
	return { ...request, cursors: { [his]: 0, ...request.cursors } };
};

async function pullEachAlone(
	port: Port,
	{ cursors, rowsMax }: Parameters<Port['pull']>[0],
): Promise<PullPage> {
	const pages = await Promise.all(
		Object.entries(cursors).map(([scope, cursor]) =>
			port.pull({ cursors: { [scope]: cursor } as Record<Scope, number>, rowsMax }),
		),
	);
	const names = new Set(pages.flatMap((page) => Object.keys(page.rows)));
	return {
		changes: pages.flatMap((page) => page.changes),
		rows: Object.fromEntries(
			[...names].map((name) => [name, pages.flatMap((page) => page.rows[name] ?? [])]),
		),
		cursors: Object.assign({}, ...pages.map((page) => page.cursors)) as PullPage['cursors'],
		more: pages.some((page) => page.more),
		stale: pages.flatMap((page) => page.stale),
	};
}
