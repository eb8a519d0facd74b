import { keyText, type Doc, type DocKey } from '#sync/core/document.ts';
import { derivedIds } from '#sync/core/id.ts';
import { Rejection } from '#sync/core/rejection.ts';
import type { Actor } from '#sync/core/actor.ts';
import type { Instant } from '#sync/core/time.ts';
import {
	mutationText,
	syncAnswer,
	syncRequest,
	type Ack,
	type SyncAnswer,
	type SyncRequest,
} from '#sync/protocol/sync.ts';
import { createOverlayStore } from '#lib/device/sync/overlay-store.ts';
import { SendFailure, type Send } from '#lib/device/sync/ports.ts';
import { asha, id, monday } from '#tests/support/cast.ts';
import { mutatorNamed } from './mutators.ts';

/**
 * A server small enough to see through, for tests of the device alone: it speaks the wire, keeps
 * documents under one counter per scope, performs a mutation once and remembers its answer. The real
 * one meets the device in the simulation and in the browser.
 */
export class Authority {
	install = id('shop', 901);
	era = 1;
	now: Instant = monday;
	actor: Actor = asha;
	/** Changes of one answer at most. */
	pageMax = 1_000;
	/** Which scopes a document is in, and so which counters its change raises. */
	scopesOf: (key: DocKey) => readonly string[] = () => ['customer:1'];
	followed: readonly string[] = ['customer:1'];
	/** Thrown instead of an answer, before anything is done; once or until taken back. */
	failure: SendFailure | null = null;
	/** The next request is carried out, and its answer lost. */
	losesReply = false;
	/** Answers with what is new, and takes nothing that it is told. */
	deaf = false;
	/** Mutations of these names crash it and are parked. */
	parks: readonly string[] = [];
	/** It has swept what the cursors of the next request still need. */
	swept = false;
	/** What left at this counter or earlier is forgotten. */
	floor = 0;
	/** It tells documents of another shape only. */
	outdated = false;
	/** Put into the next answers as they are. */
	extra: Partial<SyncAnswer> = {};
	readonly requests: SyncRequest[] = [];
	/** Names (or ids) as they were performed, repeats left out. */
	readonly performed: { readonly id: string; readonly name: string; readonly seq: number }[] = [];
	inFlight = 0;
	inFlightMax = 0;

	#docs = new Map<string, { key: DocKey; doc: Doc | null; at: Map<string, number> }>();
	#heads = new Map<string, number>();
	#lastSeq = new Map<string, number>();
	#log = new Map<string, { text: string; ack: Ack }>();
	/** Which mutation each number of a device was. */
	#numbers = new Map<string, string>();

	readonly send: Send = async (request) => {
		this.inFlight += 1;
		this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
		try {
			await Promise.resolve();
			return await this.#answer(JSON.stringify(request));
		} finally {
			this.inFlight -= 1;
		}
	};

	/** Somebody else changed a document; null: it left. */
	put(key: DocKey, doc: Doc | null): void {
		this.#stamp([{ key, doc }]);
	}

	/** It left, and that is forgotten too. */
	forget(key: DocKey): void {
		this.#docs.delete(keyText(key));
	}

	doc(key: DocKey): Doc | null {
		return this.#docs.get(keyText(key))?.doc ?? null;
	}

	/** The state to give back to `restore`. */
	backup(): () => void {
		const saved = [structuredClone(this.#docs), structuredClone(this.#heads)] as const;
		const [lastSeq, log] = [structuredClone(this.#lastSeq), structuredClone(this.#log)];
		const numbers = structuredClone(this.#numbers);
		return () => {
			this.#numbers = numbers;
			[this.#docs, this.#heads] = saved;
			[this.#lastSeq, this.#log] = [lastSeq, log];
			this.era += 1;
		};
	}

	/** Seeded anew: another data set altogether. */
	reset(): void {
		const all = [this.#docs, this.#heads, this.#lastSeq, this.#log, this.#numbers];
		for (const each of all) each.clear();
		this.install = id('shop', 902);
	}

	async #answer(wire: string): Promise<SyncAnswer> {
		const request = syncRequest.parse(JSON.parse(wire));
		this.requests.push(request);
		if (this.failure) throw this.failure;
		const same = request.install === null || request.install === this.install;
		if (this.deaf) request.mutations.length = 0;
		const pushed = same ? await this.#push(request) : { acks: [], lastSeq: 0 };
		const pulled = { ...this.#pull(request, pushed), ...this.#verdicts(request), ...this.extra };
		const answer = syncAnswer.parse(JSON.parse(JSON.stringify(pulled)));
		if (!this.losesReply) return answer;
		this.losesReply = false;
		throw new SendFailure('offline');
	}

	async #push({ device, mutations }: SyncRequest) {
		const acks: Ack[] = [];
		for (const { seq, text } of mutations) {
			const lastSeq = this.#lastSeq.get(device.id) ?? 0;
			if (seq > lastSeq + 1) return { acks, lastSeq, gap: lastSeq + 1 };
			const { id } = mutationText.parse(JSON.parse(text));
			const number = `${device.id}/${seq}`;
			if ((this.#numbers.get(number) ?? id) !== id) return { acks, lastSeq, forked: true };
			this.#numbers.set(number, id);
			acks.push({ ...(await this.#perform(text, seq)), seq });
			this.#lastSeq.set(device.id, Math.max(lastSeq, seq));
		}
		return { acks, lastSeq: this.#lastSeq.get(device.id) ?? 0 };
	}

	async #perform(text: string, seq: number): Promise<Ack> {
		const mutation = mutationText.parse(JSON.parse(text));
		const known = this.#log.get(mutation.id);
		if (known && mutation.name === 'withdrawn') return known.ack;
		if (known && known.text !== text) throw new Error(`${mutation.id} came with other bytes`);
		if (known) return known.ack;
		const ack = await this.#run(mutation.id, seq, mutation);
		this.#log.set(mutation.id, { text, ack });
		this.performed.push({ id: mutation.id, name: mutation.name, seq });
		return ack;
	}

	async #run(mutationId: string, seq: number, mutation: ReturnType<typeof mutationText.parse>) {
		const ack = { id: mutationId, seq, effects: {} };
		if (mutation.name === 'withdrawn') return { ...ack, status: 'noop' as const };
		const mutator = mutatorNamed(mutation.name);
		if (!mutator || this.parks.includes(mutation.name))
			return { ...ack, status: 'parked' as const };
		const overlay = createOverlayStore({
			doc: async (key) => this.doc(key),
			docs: async (collection) =>
				[...this.#docs.values()].flatMap(({ key, doc }) =>
					doc && key.collection === collection ? [doc] : [],
				),
		});
		try {
			await mutator.run(
				{
					actor: this.actor,
					now: this.now,
					at: mutation.at.wall,
					base: mutation.base,
					store: overlay.store,
					tell: () => undefined,
					newId: derivedIds(mutationId, mutation.at.wall),
				},
				mutation.args,
			);
			const effects = this.#stamp([...(await overlay.writes()).values()]);
			const status = Object.keys(effects).length > 0 ? ('applied' as const) : ('noop' as const);
			return { ...ack, status, effects };
		} catch (error) {
			if (!(error instanceof Rejection)) throw error;
			return { ...ack, status: 'refused' as const, refusal: error.code, extras: error.extras };
		}
	}

	/** A person looked at what was parked, or a newer version came: now it is performed. */
	async replayParked(): Promise<void> {
		this.parks = [];
		for (const [id, { text, ack }] of this.#log) {
			if (ack.status !== 'parked') continue;
			const ended = await this.#run(id, ack.seq, mutationText.parse(JSON.parse(text)));
			this.#log.set(id, { text, ack: ended });
		}
	}

	#verdicts({ asking }: SyncRequest): Partial<SyncAnswer> {
		const acks = asking.flatMap((id) => this.#log.get(id)?.ack ?? []);
		const verdicts = acks.filter(({ status }) => status !== 'parked');
		return verdicts.length > 0 ? { verdicts } : {};
	}

	#stamp(changes: readonly { key: DocKey; doc: Doc | null }[]): Record<string, number> {
		const scopes = new Set(changes.flatMap(({ key }) => this.scopesOf(key)));
		for (const scope of scopes) this.#heads.set(scope, (this.#heads.get(scope) ?? 0) + 1);
		for (const { key, doc } of changes) {
			const at = this.scopesOf(key).map((each) => [each, this.#heads.get(each) ?? 0] as const);
			this.#docs.set(keyText(key), { key, doc, at: new Map(at) });
		}
		return Object.fromEntries([...scopes].map((each) => [each, this.#heads.get(each) ?? 0]));
	}

	/** One scope after the other, so that a page can end between two of them. */
	#pull(request: SyncRequest, pushed: object): object {
		const same = request.install === this.install && request.era === this.era;
		const before: Record<string, number> = same ? request.cursors : {};
		const nothing = { docs: {}, gone: [], cursors: before, scopes: { added: [], dropped: [] } };
		const now = { install: this.install, era: this.era, now: this.now, more: false };
		if (this.outdated) return { ...now, ...nothing, ...pushed, outdated: true };
		const isBelow = Object.values(before).some((each) => each > 0 && each < this.floor);
		if ((this.swept && Object.keys(before).length > 0) || (isBelow && !request.anew)) {
			this.swept = false;
			return { ...now, ...nothing, ...pushed, stale: true };
		}
		const cursors = Object.fromEntries(this.followed.map((each) => [each, before[each] ?? 0]));
		const docs: Record<string, Doc[]> = {};
		const gone: object[] = [];
		let left = this.pageMax;
		for (const scope of this.followed) {
			const rows = [...this.#docs.values()]
				.filter((each) => (each.at.get(scope) ?? 0) > (cursors[scope] ?? 0))
				.sort((a, b) => (a.at.get(scope) ?? 0) - (b.at.get(scope) ?? 0));
			const counterAt = (index: number) => rows[index]?.at.get(scope);
			let end = left;
			while (end > 0 && end < rows.length && counterAt(end) === counterAt(end - 1)) end += 1;
			for (const { key, doc, at } of rows.slice(0, end)) {
				if (doc) (docs[key.collection] ??= []).push(doc);
				else gone.push({ collection: key.collection, id: key.id, reason: 'moved' });
				cursors[scope] = at.get(scope) ?? 0;
			}
			if (rows.length <= end) cursors[scope] = this.#heads.get(scope) ?? 0;
			left -= Math.min(left, rows.length);
		}
		const known = Object.keys(before);
		return {
			...{ install: this.install, era: this.era, now: this.now, docs, gone, cursors },
			...pushed,
			scopes: {
				added: this.followed.filter((each) => !known.includes(each)),
				dropped: known.filter((each) => !this.followed.includes(each)),
			},
			more: this.followed.some((each) => cursors[each] !== (this.#heads.get(each) ?? 0)),
		};
	}
}
