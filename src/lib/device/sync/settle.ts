import type { Instant } from '#sync/core/time.ts';
import type { Ack, SyncAnswer } from '#sync/protocol/sync.ts';
import type { Books, Cursors, Difference, HistoryEntry, OutboxRow } from './store.ts';

/** What has arrived on this phone. */
export type Arrived = {
	/** How far each scope has been read; null while everything is being read again. */
	readonly cursors: Cursors | null;
	/** The server has nothing more than this. */
	readonly all: boolean;
};

export type Settled = {
	readonly outbox: readonly OutboxRow[];
	readonly ended: readonly HistoryEntry[];
};

/**
 * The outbox after the server has answered: what is settled leaves it for the history.
 *
 * What was not applied (refused, or only recorded) is settled at once: what it showed will never be.
 * What was applied waits until the *data* it made has arrived, scope by scope: dropped earlier, a
 * screen would fall back to the state before the tap for a moment. A scope that this device does not
 * follow (any more) is not waited for. Its counter alone is not enough: what it changed may have been
 * changed once more and then comes under that later counter, so it also waits until there is nothing
 * more to read. So does a "noop", which rests on what others had done before it.
 */
export function settle(
	books: Books,
	acks: readonly Ack[],
	arrived: Arrived,
	endedAt: Instant,
	differences: ReadonlyMap<string, readonly Difference[]> = new Map(),
): Settled {
	// By number: of a text that it cannot read, the server knows no id, only where it stood.
	const ackOf = new Map(acks.map((ack) => [ack.seq, ack]));
	const outbox: OutboxRow[] = [];
	const ended: HistoryEntry[] = [];
	for (const row of books.outbox) {
		const ack = ackOf.get(row.seq) ?? row.ack;
		if (ack === null || !isSettled(ack, arrived, row)) {
			outbox.push(ack === row.ack ? row : { ...row, ack });
			continue;
		}
		// That it was taken back is in the history already; that it had arrived after all is news.
		if (row.withdrawn && ack.status === 'noop') continue;
		const end = endOf(row, books.device.id, ack, endedAt);
		ended.push(compared(end, differences.get(row.id)));
	}
	return { outbox, ended };
}

const compared = (end: HistoryEntry, differences: readonly Difference[] = []): HistoryEntry =>
	differences.length > 0 ? { ...end, differences } : end;

/** Work whose outcome is to be compared with what was shown: the last that touched each visit. */
export function lastOnes(books: Books, acks: readonly Ack[]): readonly OutboxRow[] {
	const ackOf = new Map(acks.map((ack) => [ack.seq, ack]));
	const touched = new Set<string>();
	return books.outbox.toReversed().filter((row) => {
		const ack = ackOf.get(row.seq) ?? row.ack;
		const visit = row.shown?.bookingId ?? row.shown?.jobId;
		if (visit === undefined || row.withdrawn || (ack !== null && !isYes(ack))) return false;
		const isLast = !touched.has(visit);
		touched.add(visit);
		return isLast && ack !== null;
	});
}

const isYes = ({ status }: Ack): boolean => status === 'applied' || status === 'noop';

function isSettled(ack: Ack, { cursors, all }: Arrived, { withdrawn }: OutboxRow): boolean {
	switch (ack.status) {
		case 'refused':
		case 'recorded':
		case 'parked':
			return true;
		case 'noop':
			return all || withdrawn === true;
		case 'applied':
			return all && cursors !== null && Object.entries(ack.effects).every(isRead(cursors));
	}
}

const isRead =
	(cursors: Cursors) =>
	([scope, counter]: [string, number]): boolean => {
		const read = cursors[scope];
		return read === undefined || read >= counter;
	};

/**
 * What is kept of a row, and of whose numbers it is one, when its end is known. What ends as it had
 * ended before is no news.
 */
function endOf(row: OutboxRow, deviceId: string, ack: Ack, endedAt: Instant): HistoryEntry {
	const { status, refusal = null, extras = null } = ack;
	if (row.ended?.status === status) return { ...row.ended, seq: row.seq, deviceId };
	return historyOf(row, deviceId, { status, refusal, extras, endedAt });
}

export function historyOf(
	{ id, seq, name, text, enqueuedAt, subject }: OutboxRow,
	deviceId: string,
	end: Pick<HistoryEntry, 'status' | 'refusal' | 'extras' | 'endedAt'>,
): HistoryEntry {
	const about = subject === undefined ? {} : { subject };
	return { id, seq, deviceId, name, text, enqueuedAt, ...about, ...end, dismissed: false };
}

/** Entries of work that was parked, as it has ended since: news that its author has not read. */
export function verdictsOn(
	history: readonly HistoryEntry[],
	verdicts: readonly Ack[],
	endedAt: Instant,
): readonly HistoryEntry[] {
	const verdictOf = new Map(verdicts.map((each) => [each.id, each]));
	return history.flatMap((entry) => {
		const verdict = verdictOf.get(entry.id);
		if (verdict === undefined || verdict.status === entry.status) return [];
		const { status, refusal = null, extras = null } = verdict;
		return [{ ...entry, status, refusal, extras, endedAt, dismissed: false }];
	});
}

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
	const here = new Set(books.outbox.map(({ id }) => id));
	const forgotten = history.filter(
		({ id, deviceId, seq, status }) =>
			deviceId === books.device.id && seq >= expected && status !== 'dropped' && !here.has(id),
	);
	const again = forgotten.map(rowAgain);
	const rows = books.outbox.map((row) => (row.seq >= expected ? { ...row, ack: null } : row));
	const outbox = [...rows, ...again].sort((a, b) => a.seq - b.seq);
	const next = outbox.filter((row) => row.seq >= expected);
	const broken =
		expected > books.device.nextSeq || next.some((row, index) => row.seq !== expected + index);
	return {
		outbox,
		// That something was taken back stays told, whatever number it needs.
		ids: forgotten.filter(({ status }) => status !== 'withdrawn').map(({ id }) => id),
		device: broken ? null : { id: books.device.id, nextSeq: expected + next.length },
	};
}

/**
 * Everything that is kept, for a server that was restored and may have forgotten any of it: it knows
 * repeats by their ids. Up to which number it remembers this device would not tell, because a copy of
 * this phone may have used the same numbers since, or before; of a number that is another's by now
 * the server says so. What was done under former ids as well needs new numbers, in the order in which
 * it had ended, before what was not sent.
 */
export function reofferAll(
	books: Books,
	history: readonly HistoryEntry[],
	freshId: string,
): Pick<Books, 'device' | 'outbox'> & Pick<Reoffer, 'ids'> {
	const isFormer = ({ deviceId, seq }: HistoryEntry) => deviceId !== books.device.id || seq <= 0;
	const here = new Set(books.outbox.map(({ id }) => id));
	const known = history.filter(({ id, status }) => status !== 'dropped' && !here.has(id));
	const kept = known.filter(({ status }) => status !== 'withdrawn');
	const ids = kept.map(({ id }) => id);
	const unanswered = books.outbox.map((row) => ({ ...row, ack: null }));
	if (!kept.some(isFormer) && unanswered.every(({ seq }) => seq > 0)) {
		const own = known.filter((entry) => !isFormer(entry)).map(rowAgain);
		const outbox = [...own, ...unanswered].sort((a, b) => a.seq - b.seq);
		return { device: books.device, outbox, ids };
	}
	const inOrder = kept.toSorted((a, b) =>
		a.endedAt === b.endedAt ? a.seq - b.seq : a.endedAt < b.endedAt ? -1 : 1,
	);
	return { ...asAnother([...inOrder.map(rowAgain), ...unanswered], freshId), ids };
}

function rowAgain(entry: HistoryEntry): OutboxRow {
	const { id, seq, name, text, enqueuedAt, subject, status } = entry;
	return {
		...{ id, seq, name, text, enqueuedAt, ack: null },
		...(subject === undefined ? {} : { subject }),
		...(status === 'withdrawn' ? { withdrawn: true } : { ended: entry }),
	};
}

/**
 * The same work under the numbers 1, 2, 3 of a new device. Texts, and so their hashes, stay. What
 * was answered already only waits for its data: it stays in front, under numbers nobody sends.
 */
function renumbered(outbox: readonly OutboxRow[]): readonly OutboxRow[] {
	const answered = outbox.filter((row) => row.ack !== null);
	const rest = outbox.filter((row) => row.ack === null);
	return [
		...answered.map((row, index) => ({ ...row, seq: index + 1 - answered.length })),
		...rest.map((row, index) => ({ ...row, seq: index + 1 })),
	];
}

/** The books of the same person under a new device id: nobody else has its numbers. */
export function asAnother(
	outbox: readonly OutboxRow[],
	id: string,
): Pick<Books, 'device' | 'outbox'> {
	const rows = renumbered(outbox);
	const sent = rows.filter((row) => row.ack === null).length;
	return { outbox: rows, device: { id, nextSeq: sent + 1 } };
}
