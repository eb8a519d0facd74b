import {
	mutationText,
	syncRequest,
	type SyncAnswer,
	type SyncRequest,
} from '#sync/protocol/sync.ts';
import { createSend, type Http } from '#lib/device/sync/http.ts';
import type { Send } from '#lib/device/sync/ports.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What can go wrong between a phone and the server, and how likely; each seed switches some of it on. */
export type Faults = {
	readonly requestLost: number;
	readonly replyLost: number;
	readonly duplicate: number;
	readonly delayMsMax: number;
	/** Of what is lost: how much arrives all the same, when nobody waits for it any more. */
	readonly late: number;
	/** The body of an answer breaks off. */
	readonly cut: number;
	/** Somebody else answers: the wall of a hotel's network. */
	readonly wall: number;
};
/** Even a good network takes its time. */
const latencyMs = 100;
/** As long as a phone waits for an answer. */
const patienceMs = 30_000;
const lateMsMax = 600_000;

export const noFaults: Faults = {
	...{ requestLost: 0, replyLost: 0, duplicate: 0, delayMsMax: 0, late: 0, cut: 0, wall: 0 },
};

export type Line = {
	readonly send: Send;
	/** In the basement: nothing comes through. */
	online: boolean;
	/** Ids of mutations that have left the phone under their own text. */
	readonly left: Set<string>;
	faults: Faults;
};

/** A line that can fail in one direction only, or hold everything back for a while. */
export type Wire = Line & {
	/** Which way nothing gets through; null: both ways are open. */
	deaf: 'out' | 'in' | null;
	/** Holds everything back until `free` is called. */
	readonly clog: () => void;
	readonly free: () => void;
	/** What the phone was told to be done: ids, from the moment the answer reached its code. */
	promised: Set<string>;
	/** The shape of documents that the app on it asks for; null: its own. */
	oldSchema: number | null;
};

/** An answer as it leaves the server. */
export type Answered = { readonly status: number; readonly text: string };

/** A planted bug in what a device makes of an answer, or of none. */
export type Tampering = {
	readonly receive?: (answer: SyncAnswer) => SyncAnswer;
	readonly lost?: (request: SyncRequest) => SyncAnswer | null;
};

export type Way = {
	readonly time: VirtualTime;
	readonly random: Random;
	readonly tampering: Tampering | null;
	/** What the server answers to these bytes; null: it died over them. */
	readonly ask: (wire: string) => Promise<Answered | null>;
	readonly broken: (error: unknown) => void;
	/** A whole answer came through. */
	readonly through: (answer: SyncAnswer) => void;
};

const offline = () => new TypeError('planted: no network');

/** A phone's way to the server, as unreliable as its faults say. What crosses it is JSON, as on the wire. */
export function lineTo(way: Way): Wire {
	const { time, random, tampering, broken } = way;
	const gate = gateOf();
	const wait = (ms: number) => new Promise<void>((arrived) => time.after(ms, arrived));
	const travel = async () => {
		await wait(latencyMs + random.below(line.faults.delayMsMax + 1));
		await gate.open();
	};

	/** What nobody waits for: the same bytes again, or those that were believed to be lost. */
	const later = (wire: string, ms: number) =>
		time.after(ms, () => {
			way.ask(wire).catch(broken);
		});

	const http: Http = async (_path, init = {}) => {
		const wire = typeof init.body === 'string' ? init.body : '';
		const sentAt = time.now();
		await travel();
		const { faults } = line;
		if (!line.online || line.deaf === 'out' || random.chance(faults.requestLost)) {
			if (random.chance(faults.late)) later(wire, random.below(lateMsMax));
			throw offline();
		}
		if (random.chance(faults.wall)) return page();
		if (random.chance(faults.duplicate)) later(wire, random.below(60_000));
		const answered = await way.ask(wire);
		await travel();
		const isLate = Date.parse(time.now()) - Date.parse(sentAt) > patienceMs + 2 * latencyMs;
		const isLost = !line.online || line.deaf === 'in' || random.chance(faults.replyLost);
		if (answered === null || isLate || isLost) throw offline();
		return responseOf(random.chance(faults.cut) ? brokenOff(answered, random) : answered);
	};
	const sendOver = createSend(http, broken);

	async function send(asked: SyncRequest): Promise<SyncAnswer> {
		const request = line.oldSchema === null ? asked : { ...asked, schema: line.oldSchema };
		for (const { text } of request.mutations) {
			const { id, name } = mutationText.parse(JSON.parse(text));
			if (name !== 'withdrawn') line.left.add(id);
		}
		try {
			const answer = await sendOver(request);
			way.through(answer);
			for (const { id } of answer.acks) line.promised.add(id);
			return tampering?.receive?.(answer) ?? answer;
		} catch (error) {
			const pretended = tampering?.lost?.(syncRequest.parse(request)) ?? null;
			if (pretended) return pretended;
			throw error;
		}
	}

	const line: Wire = {
		...{ online: true, deaf: null, faults: noFaults, left: new Set(), send },
		...{ clog: gate.shut, free: gate.free, promised: new Set(), oldSchema: null },
	};
	return line;
}

function gateOf() {
	let waiting: (() => void)[] = [];
	let isShut = false;
	return {
		shut: () => {
			isShut = true;
		},
		free: () => {
			isShut = false;
			const all = waiting;
			waiting = [];
			for (const go of all) go();
		},
		open: () => (isShut ? new Promise<void>((go) => waiting.push(go)) : Promise.resolve()),
	};
}

const brokenOff = ({ status, text }: Answered, random: Random): Answered => ({
	status,
	text: text.slice(0, random.below(text.length)),
});

/** As much of a `Response` as the app reads. */
const responseOf = ({ status, text }: Answered, type = 'application/json'): Response =>
	({
		...{ ok: status < 400, status, headers: new Headers({ 'content-type': type }) },
		json: async () => JSON.parse(text) as unknown,
	}) as Response;

const page = (): Response => responseOf({ status: 200, text: '<h1>Welcome</h1>' }, 'text/html');
