import type { Ack, SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';
import type { Mutant } from '../mutant.ts';

/** Bugs on the phone, and in what it makes of an answer. */
export const onThePhone: readonly Mutant[] = [
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
	{
		name: 'eviction: nobody is told what was lost with the outbox',
		worlds: ['evictAll', 'killServer'],
		receive: ({ earlier: _, ...answer }) => answer,
	},
	{
		name: 'update: a new app begins with an empty outbox',
		worlds: ['otherApp'],
		updated: ({ disk }) => disk.open().change(() => ({ outbox: [] })),
	},
	{
		name: 'optimistic: what was pressed is written down as if it were confirmed',
		store: (store) => ({ ...store, append: (entry) => optimistic(store, entry) }),
	},
	{
		name: 'cursor first: how far was read is kept before what was read',
		worlds: ['dieMidway'],
		store: cursorFirst,
	},
];

async function optimistic(store: DeviceStore, entry: Parameters<DeviceStore['append']>[0]) {
	const row = await store.append(entry);
	const bookings = await store.docs('bookings');
	const meant = bookings.find((each) => entry.text.includes(each.id));
	if (meant) await store.write('bookings', [{ ...meant, status: 'received' }], []);
	return row;
}

/** Documents lie in memory until the cursor is kept. */
function cursorFirst(store: DeviceStore): DeviceStore {
	let waiting: Parameters<DeviceStore['write']>[] = [];
	return {
		...store,
		write: async (...page) => {
			waiting.push(page);
		},
		change: async (edit) => {
			await store.change(edit);
			const pages = waiting;
			waiting = [];
			for (const page of pages) await store.write(...page);
		},
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
