import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { onTestFinished } from 'vitest';
import type { Open } from '#server/open.ts';
import type { LiveEvent } from '#sync/protocol/live.ts';
import { schemaVersion } from '#sync/protocol/version.ts';

/** A live stream as a phone reads it. */
export type Stream = {
	readonly response: Response;
	/** Waits for a line; null is the end. */
	readonly next: () => Promise<LiveEvent | null>;
	/** Waits for a line of this kind and lets others pass. */
	readonly until: (kind: LiveEvent['kind']) => Promise<LiveEvent>;
	readonly hangUp: () => void;
};

/** The stream of a server without a socket. */
export async function aStream({ app }: Pick<Open, 'app'>, token: string): Promise<Stream> {
	const headers = { authorization: `Bearer ${token}` };
	return readStream(await app.request('/api/sync/live', { headers }));
}

export function readStream(response: Response): Stream {
	const reader = response.body!.getReader();
	const decoder = new TextDecoder();
	let rest = '';

	async function next(): Promise<LiveEvent | null> {
		for (;;) {
			const end = rest.indexOf('\n');
			if (end >= 0) {
				const line = rest.slice(0, end);
				rest = rest.slice(end + 1);
				return JSON.parse(line) as LiveEvent;
			}
			const { done, value } = await reader.read();
			if (done) return null;
			rest += decoder.decode(value, { stream: true });
		}
	}

	async function until(kind: LiveEvent['kind']): Promise<LiveEvent> {
		for (;;) {
			const event = await next();
			if (event === null) throw new Error(`the stream ended before it said ${kind}`);
			if (event.kind === kind) return event;
		}
	}
	return { response, next, until, hangUp: () => void reader.cancel() };
}

type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch'];

/** Puts a server without a socket on one, until the test ends; its address. */
export async function onSocket(fetch: Fetch): Promise<{ origin: string; server: Server }> {
	const server = createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server;
	await once(server.listen(0, '127.0.0.1'), 'listening');
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

export type Question = {
	install: string | null;
	era: number | null;
	cursors: Record<string, number>;
	mutations: { seq: number; text: string }[];
	readonly [rest: string]: unknown;
};

/** What a phone asks that knows nothing yet; `asked` of the same phone are of one device. */
export function aQuestion(): Question {
	return {
		install: null,
		era: null,
		schema: schemaVersion,
		build: 'test',
		device: { id: randomUUID(), browserId: randomUUID() },
		pending: 0,
		cursors: {},
		mutations: [],
	};
}
