import type { Instant } from '#sync/core/time.ts';
import type { Ack, SyncAnswer } from '#sync/protocol/sync.ts';
import type { Books, Cursors, HistoryEntry, OutboxRow } from './store.ts';

/** What has arrived on this phone. */
export type Arrived = {
	/** How far each scope has been read; null while everything is being read again. */
	readonly cursors: Cursors | null;
	/** The server has nothing more than this. */
	readonly all: boolean;
};

/**
 * The outbox after the server has answered: what is settled leaves it for the history.
 *
 * What was not applied (refused, or only recorded) is settled at once: what it showed will never be.
 * What was applied waits until the *data* it made has arrived, scope by scope: dropped earlier, a
 * screen would fall back to the state before the tap for a moment. A scope that this device does not
 * follow (any more) is not waited for. A "noop" waits for what others had done before it, which no
 * counter names: until there is nothing more to read.
 */
export function settle(
	books: Books,
	acks: readonly Ack[],
	arrived: Arrived,
	endedAt: Instant,
): { readonly outbox: readonly OutboxRow[]; readonly ended: readonly HistoryEntry[] } {
	// By number: of a text that it cannot read, the server knows no id, only where it stood.
	const ackOf = new Map(acks.map((ack) => [ack.seq, ack]));
	const outbox: OutboxRow[] = [];
	const ended: HistoryEntry[] = [];
	for (const row of books.outbox) {
		const ack = ackOf.get(row.seq) ?? row.ack;
		if (ack !== null && isSettled(ack, arrived)) {
			ended.push(endOf(row, ack, books.device.id, endedAt));
		} else {
			outbox.push(ack === row.ack ? row : { ...row, ack });
		}
	}
	return { outbox, ended };
}

function isSettled(ack: Ack, { cursors, all }: Arrived): boolean {
	switch (ack.status) {
		case 'refused':
		case 'recorded':
		case 'parked':
			return true;
		case 'noop':
			return all;
		case 'applied':
			return cursors !== null && Object.entries(ack.effects).every(isRead(cursors));
	}
}

const isRead =
	(cursors: Cursors) =>
	([scope, counter]: [string, number]): boolean => {
		const read = cursors[scope];
		return read === undefined || read >= counter;
	};

const endOf = (row: OutboxRow, ack: Ack, deviceId: string, endedAt: Instant): HistoryEntry => ({
	id: row.id,
	seq: row.seq,
	deviceId,
	name: row.name,
	text: row.text,
	enqueuedAt: row.enqueuedAt,
	status: ack.status,
	refusal: ack.refusal ?? null,
	extras: ack.extras ?? null,
	endedAt,
	dismissed: false,
});

/** How far each followed scope has been read once this answer's documents are stored. */
export function cursorsAfter(before: Cursors, answer: SyncAnswer): Cursors {
	const started = Object.fromEntries(answer.scopes.added.map((scope) => [scope, 0]));
	const merged = { ...started, ...before, ...answer.cursors };
	const dropped = new Set(answer.scopes.dropped);
	return Object.fromEntries(Object.entries(merged).filter(([scope]) => !dropped.has(scope)));
}

/** What a server that does not remember this device as it was must be told again. */
export type Reoffer = {
	readonly outbox: readonly OutboxRow[];
	/** Entries of the history that are in the outbox again. */
	readonly ids: readonly string[];
	/** The device with its next number; null: only a new device with new numbers can go on. */
	readonly device: Books['device'] | null;
};

/** Whether the server, which waits for number `expected` next, counts otherwise than this device. */
export function disagrees(books: Books, expected: number): boolean {
	const { device, outbox } = books;
	const unanswered = outbox.filter((row) => row.ack === null && row.seq >= expected);
	return device.nextSeq - expected !== unanswered.length;
}

/**
 * Work that the server, restored from a backup, does not know of any more although it had been
 * acknowledged: it goes back from the history into the outbox. What is kept nowhere any more leaves
 * a hole, and so does a server that knows more than this device: both need new numbers.
 */
export function reofferFrom(
	books: Books,
	history: readonly HistoryEntry[],
	expected: number,
): Reoffer {
	const forgotten = history.filter(
		({ deviceId, seq, status }) =>
			deviceId === books.device.id && seq >= expected && status !== 'dropped',
	);
	const again = forgotten.map(({ id, seq, name, text, enqueuedAt }): OutboxRow => ({
		id,
		seq,
		name,
		text,
		enqueuedAt,
		ack: null,
	}));
	const rows = books.outbox.map((row) => (row.seq >= expected ? { ...row, ack: null } : row));
	const outbox = [...rows, ...again].sort((a, b) => a.seq - b.seq);
	const next = outbox.filter((row) => row.seq >= expected);
	const broken =
		expected > books.device.nextSeq || next.some((row, index) => row.seq !== expected + index);
	return {
		outbox,
		ids: forgotten.map(({ id }) => id),
		device: broken ? null : { id: books.device.id, nextSeq: expected + next.length },
	};
}

/** The same work under the numbers 1, 2, 3 of a new device. Texts, and so their hashes, stay. */
export const renumbered = (outbox: readonly OutboxRow[]): readonly OutboxRow[] =>
	outbox.map((row, index) => ({ ...row, seq: index + 1, ack: null }));
