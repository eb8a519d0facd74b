import type { Hono } from 'hono';
import { mutationText, syncAnswer, syncRequest } from '#sync/protocol/sync.ts';
import { createSend, type Http } from '#lib/device/sync/http.ts';
import { Violation } from '../invariants.ts';
import { noFaults, type Line } from '../network.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Instance } from './database.ts';
import { wireKey, type Wire } from './oracle.ts';
import type { Task, UnderWay } from './under-way.ts';

/** A running server process. */
export type Server = Instance & { readonly app: Hono };

/** What carries the session of a phone's owner. */
export type Jar = { cookie: string };

export type Way = {
	readonly time: VirtualTime;
	readonly random: Random;
	readonly underWay: UnderWay;
	readonly wire: Wire;
	/** What any phone was told how it ended: from then on it is in the log. */
	readonly acked: Set<string>;
	/** The process that a request happens to reach; null: none runs. */
	readonly server: () => Server | null;
	readonly broken: (error: unknown) => void;
};

/** What can go wrong on the way, and how likely; `cut`: a body breaks off in the middle. */
export type Weather = {
	readonly requestLost: number;
	readonly requestCut: number;
	readonly replyLost: number;
	readonly replyCut: number;
	readonly duplicate: number;
	readonly delayMsMax: number;
};
export const fair: Weather = {
	...{ requestLost: 0, requestCut: 0, replyLost: 0, replyCut: 0, duplicate: 0, delayMsMax: 0 },
};
export type FullLine = Line & { weather: Weather };

const latencyMs = 20;
/** The same as the door's own: how often it tries again what lost a race. */
const retriesMax = 3;
const offline = () => new TypeError('planted: no network');

/** A phone's way to the server: the app's own HTTP, its cookies, and a network that may fail. */
export function lineTo(way: Way, jar: Jar): FullLine {
	const { time, random, underWay, broken } = way;
	const travel = (ms: number) => new Promise<void>((arrived) => time.after(ms, arrived));
	const delay = () => travel(latencyMs + random.below(line.weather.delayMsMax + 1));
	const isLost = (share: number) => !line.online || random.chance(share);

	const http: Http = async (path, init = {}) => {
		const { cookie } = jar;
		const body = typeof init.body === 'string' ? init.body : '';
		note(line, way, body);
		await delay();
		if (isLost(line.weather.requestLost)) throw offline();
		if (random.chance(line.weather.duplicate))
			time.after(random.below(60_000), () => void arrive(path, init, cookie).catch(noBug));
		const cut = random.chance(line.weather.requestCut);
		const sent = cut ? { ...init, body: brokenOff(body, random), duplex: 'half' } : init;
		const answer = await arrive(path, sent, cookie);
		await delay();
		if (cut || isLost(line.weather.replyLost)) throw offline();
		if (!random.chance(line.weather.replyCut)) return answer;
		return new Response((await answer.text()).slice(0, -1 - random.below(20)), answer);
	};

	async function arrive(path: string, init: RequestInit, cookie: string): Promise<Response> {
		const server = way.server();
		if (server === null) throw offline();
		return underWay.task(async (task) => {
			const headers = new Headers(init.headers);
			headers.set('cookie', cookie);
			const url = `http://localhost:3000${path}`;
			const answer = await server.app.fetch(new Request(url, { ...init, headers }));
			const text = await answer.text();
			if (!server.alive) throw offline();
			if (typeof init.body === 'string') judge(answer, text, task);
			return new Response(text, answer);
		});
	}

	/** Nobody waits for the answer to a duplicate. */
	const noBug = (error: unknown) => {
		if (!(error instanceof TypeError)) broken(error);
	};
	const judge = (answer: Response, text: string, task: Task) => {
		const trouble = troubleWith(answer, task);
		if (answer.ok) for (const { id } of acksIn(text)) way.acked.add(id);
		if (trouble !== null) broken(new Violation(`${trouble}: ${answer.status} ${text}`));
	};

	const line: FullLine = {
		...{ online: true, faults: noFaults, weather: fair, left: new Set() },
		send: createSend(http, broken),
	};
	return line;
}

const acksIn = (text: string) => syncAnswer.parse(JSON.parse(text)).acks;

/** What leaves a phone, as it leaves it. */
function note(line: Line, { wire }: Way, body: string): void {
	for (const { text } of syncRequest.parse(JSON.parse(body)).mutations) {
		const mutation = mutationText.parse(JSON.parse(text));
		wire.set(wireKey(mutation), mutation);
		if (mutation.name !== 'withdrawn') line.left.add(mutation.id);
	}
}

/** A phone is only ever answered as it may be; a server fails only when something made it fail. */
function troubleWith({ status }: Response, { struck }: Task): string | null {
	if (status < 400 || status === 401 || status === 403) return null;
	if (status < 500) return 'a phone of ours is not understood';
	if (struck.length === 0) return 'the server fails for no reason';
	const overcome = struck.length <= retriesMax && struck.every((each) => each === 'again');
	return overcome ? 'a lost race is tried again' : null;
}

/** The bytes stop somewhere, and the connection with them. */
function brokenOff(body: string, random: Random): ReadableStream<Uint8Array> {
	const bytes = new TextEncoder().encode(body.slice(0, random.below(body.length)));
	return new ReadableStream({
		start(controller) {
			if (bytes.length > 0) controller.enqueue(bytes);
		},
		pull(controller) {
			controller.error(new Error('planted: the connection broke'));
		},
	});
}
