import { randomUUID } from 'node:crypto';
import type { Doc } from '#sync/core/document.ts';
import { instantOf } from '#sync/core/time.ts';
import { syncAnswer, type Ack, type SyncAnswer } from '#sync/protocol/sync.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { newId } from '#server/auth/new-id.ts';

type Sent = { readonly seq: number; readonly id: string; readonly text: string };

/** Something a phone was promised. */
export type Promised = Sent & { readonly name: string; readonly args: unknown; readonly ack: Ack };

export type PlainPhone = {
	readonly name: string;
	readonly token: string;
	readonly deviceId: string;
	readonly docs: ReadonlyMap<string, Doc>;
	readonly of: (collection: string) => readonly Doc[];
	readonly promised: readonly Promised[];
	readonly pending: () => number;
	readonly tap: (name: string, args: unknown) => void;
	/** One round trip; throws when it did not come back. Says whether there is more to read. */
	readonly sync: (origin: string, patienceMs: number) => Promise<boolean>;
	/** Asks once more for what was answered already; the answers as they come now. */
	readonly repeat: (origin: string, what: readonly Sent[]) => Promise<readonly Ack[]>;
};

/** The wire said something that no server in its senses says. */
export class WireViolation extends Error {
	override readonly name = 'WireViolation';
}

const sentAtOnceMax = 20;

/**
 * The smallest thing that speaks `POST /api/sync`: an outbox whose texts are frozen when they are
 * put in, sent in order until they are answered, and the documents as they are told. It shares no
 * code with the real device, so that the two cannot be wrong together.
 */
export function plainPhone(name: string, token: string): PlainPhone {
	const device = { id: randomUUID(), browserId: randomUUID() };
	const docs = new Map<string, Doc>();
	const taps = new Map<string, { readonly name: string; readonly args: unknown }>();
	const promised: Promised[] = [];
	let outbox: Sent[] = [];
	let place: Pick<SyncAnswer, 'install' | 'era'> | null = null;
	let cursors: Record<string, number> = {};
	let anew = false;
	let seqs = 0;

	function question(mutations: readonly Sent[]) {
		return {
			install: place?.install ?? null,
			era: place?.era ?? null,
			schema: schemaVersion,
			build: 'plain phone',
			device,
			pending: outbox.length,
			cursors,
			...(anew ? { anew } : {}),
			mutations: mutations.map(({ seq, text }) => ({ seq, text })),
		};
	}

	async function ask(origin: string, mutations: readonly Sent[], patienceMs: number) {
		const response = await fetch(`${origin}/api/sync`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: JSON.stringify(question(mutations)),
			signal: AbortSignal.timeout(patienceMs),
		});
		const body: unknown = await response.json();
		if (response.status === 200) return syncAnswer.parse(body);
		if (response.status >= 500 || response.status === 429)
			throw new Error(`answered ${response.status}`);
		throw new WireViolation(`${name} was answered ${response.status} ${JSON.stringify(body)}`);
	}

	function take(answer: SyncAnswer): void {
		for (const ack of answer.acks) {
			const row = outbox.find((each) => each.id === ack.id);
			const tapped = taps.get(ack.id);
			if (!row || !tapped || row.seq !== ack.seq)
				throw new WireViolation(`${name} was answered what it did not ask: ${ack.id}`);
			promised.push({ ...row, ...tapped, ack });
		}
		const answered = new Set(answer.acks.map(({ id }) => id));
		outbox = outbox.filter(({ id }) => !answered.has(id));
		const next = outbox[0]?.seq ?? seqs + 1;
		// Behind what was answered the server may not fall: it would have forgotten it.
		if (answer.forked || (answer.gap ?? next) < next)
			throw new WireViolation(`${name} has a gap at ${answer.gap}, or a fork, before ${next}`);
		if (place !== null && (place.install !== answer.install || place.era !== answer.era))
			throw new WireViolation(`${name} found another data set`);
		place = { install: answer.install, era: answer.era };
		if (answer.stale) {
			cursors = {};
			docs.clear();
			anew = true;
			return;
		}
		for (const [collection, some] of Object.entries(answer.docs))
			for (const doc of some as readonly Doc[]) docs.set(`${collection}/${doc.id}`, doc);
		for (const { collection, id } of answer.gone) docs.delete(`${collection}/${id}`);
		const dropped = new Set(answer.scopes.dropped);
		const read = Object.entries({ ...cursors, ...answer.cursors });
		cursors = Object.fromEntries(read.filter(([scope]) => !dropped.has(scope)));
		if (!answer.more) anew = false;
	}

	return {
		name,
		token,
		deviceId: device.id,
		docs,
		of: (collection) =>
			[...docs].flatMap(([key, doc]) => (key.startsWith(`${collection}/`) ? [doc] : [])),
		promised,
		pending: () => outbox.length,
		tap(tapName, args) {
			const id = newId(Date.now());
			const at = { wall: instantOf(Date.now()), offsetMs: null, errorMs: null };
			const text = { id, name: tapName, version: 1, args, base: {}, after: [], at };
			seqs += 1;
			taps.set(id, { name: tapName, args });
			outbox.push({ seq: seqs, id, text: JSON.stringify(text) });
		},
		async sync(origin, patienceMs) {
			const answer = await ask(origin, outbox.slice(0, sentAtOnceMax), patienceMs);
			take(answer);
			return answer.more || answer.stale === true;
		},
		repeat: async (origin, what) => (await ask(origin, what, 30_000)).acks,
	};
}

/** Reads until there is nothing more, and nothing waits to be sent. */
export async function catchUp(phone: PlainPhone, origin: string): Promise<void> {
	while ((await phone.sync(origin, 30_000)) || phone.pending() > 0);
}
