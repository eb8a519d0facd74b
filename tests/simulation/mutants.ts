import type { Port, PortTransaction, PullPage } from '#server/db/port.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Ack, SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';

/** A bug planted on purpose: the laws must find it, or they prove nothing. */
export type Mutant = {
	readonly name: string;
	readonly port?: (port: Port) => Port;
	/** What a device makes of an answer, or of none. */
	readonly receive?: (answer: SyncAnswer) => SyncAnswer;
	readonly lost?: (request: SyncRequest) => SyncAnswer | null;
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
		}),
	},
	{
		name: 'forgotten stamp: the bike that a visit brings along is not stamped',
		port: (port) =>
			inTransaction(port, (tx) => ({
				...tx,
				stamp: (touches, outcomes) =>
					tx.stamp(
						touches.filter(
							(each) => each.collection !== 'vehicles' || each.scope.startsWith('customer:'),
						),
						outcomes,
					),
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
