import type { AccidentName } from './accidents.ts';
import type { Port, PortTransaction, PullPage } from '#server/db/port.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { asAnother } from '#lib/device/sync/settle.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';
import type { Tampering } from './network.ts';
import type { Ack, SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';

/** A bug planted on purpose: the laws must find it, or they prove nothing. */
export type Mutant = Tampering & {
	readonly name: string;
	readonly port?: (port: Port) => Port;
	/** What a device does to its disk. */
	readonly store?: (store: DeviceStore) => DeviceStore;
	readonly reborn?: typeof asAnother;
	readonly noticesEviction?: false;
	/** What happens in the worlds that look for it, where that happens seldom in others. */
	readonly worlds?: readonly AccidentName[];
};

export const mutants: readonly Mutant[] = [
	{
		name: 'two scopes: a document is judged by each scope alone',
		port: (port) => ({ ...port, pull: (request) => pullEachAlone(port, request) }),
	},
	{
		name: 'reply lost: work is forgotten when no answer came',
		lost: (request) => emptyAnswer(request, pretendAccepted(request)),
	},
	{
		name: 'settle early: an acknowledged mutation leaves the screen before its data came',
		receive: (answer) => ({
			...answer,
			acks: answer.acks.map((ack) => ({ ...ack, effects: {} })),
			more: false,
		}),
	},
	{
		name: 'forgotten stamp: the bike that a visit brings along is not stamped',
		port: (port) =>
			inTransaction(port, (tx) => ({
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
		port: (port) =>
			inTransaction(port, (tx) => ({
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
	{
		name: 'no idempotency: a repeat is performed again',
		port: (port) =>
			inTransaction(port, (tx) => ({
				...tx,
				claim: async (claims) => {
					await tx.claim(claims);
					return new Set(claims.map((each) => each.id));
				},
			})),
	},
	{
		name: 'lost seq: how far a device has come is not written down',
		port: (port) =>
			inTransaction(port, (tx) => ({
				...tx,
				flush: (writes) =>
					tx.flush(
						writes.filter((each) => !(each.entity.name === 'device' && each.kind === 'update')),
					),
			})),
	},
	{
		name: 'fork: a phone does not hear that its numbers are used twice',
		worlds: ['copyPhone'],
		receive: ({ forked: _, ...answer }) => answer,
	},
	{
		name: 'withdrawn: what was taken back is sent all the same',
		worlds: ['takeSomethingBack'],
		store: (store) => ({
			...store,
			books: async () => {
				const books = await store.books();
				return { ...books, outbox: books.outbox.map(({ withdrawn: _, ...row }) => row) };
			},
		}),
	},
	{
		name: 'parked: nobody is told how it ended',
		worlds: ['crashOrMend'],
		receive: ({ verdicts: _, ...answer }) => answer,
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
		name: 'signed off: work that waits is left behind with the device',
		worlds: ['signOff'],
		reborn: (_outbox, id) => ({ outbox: [], device: { id, nextSeq: 1 } }),
	},
	{
		name: 'full disk: a tap that could not be kept is said to be',
		worlds: ['fillDisk'],
		store: (store) => ({
			...store,
			append: (entry) => store.append(entry).catch(() => ({ ...entry, seq: 0, ack: null })),
		}),
	},
	{
		name: 'full disk: a page that could not be kept counts as read',
		worlds: ['fillDisk'],
		store: (store) => ({
			...store,
			write: (...page) => store.write(...page).catch(() => undefined),
		}),
	},
	{
		name: 'eviction: cursors outlive their documents',
		worlds: ['evict'],
		noticesEviction: false,
	},
];

const inTransaction = (port: Port, change: (tx: PortTransaction) => PortTransaction): Port => ({
	...port,
	transaction: (work) => port.transaction((tx) => work(change(tx))),
});

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

const pretendAccepted = (request: SyncRequest): Ack[] =>
	request.mutations.map(({ seq, text }) => ({
		id: (JSON.parse(text) as { id: string }).id,
		seq,
		status: 'applied',
		effects: {},
	}));

const emptyAnswer = (request: SyncRequest, acks: Ack[]): SyncAnswer | null =>
	request.install === null || request.era === null || acks.length === 0
		? null
		: {
				install: request.install,
				era: request.era,
				now: '2026-11-23T04:30:00.000Z',
				acks,
				lastSeq: Math.max(...acks.map((each) => each.seq)),
				docs: {},
				gone: [],
				cursors: {},
				scopes: { added: [], dropped: [] },
				more: false,
			};
