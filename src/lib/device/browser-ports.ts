/* eslint-disable no-restricted-syntax, no-restricted-globals --
   The one file where the browser's clock, timers, chance, locks and network enter the device. */
import { uuidV7 } from '#sync/core/id.ts';
import { instantOf } from '#sync/core/time.ts';
import { authorization } from './credentials.ts';
import { createSend, connectLive } from './http.ts';
import { channelName } from './names.ts';
import type { Channel, Ports, TabMessage } from './ports.ts';

/** A request without an answer for so long has failed, however long the browser would wait. */
const requestMsMax = 30_000;

export const newId = (): string => {
	const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint32Array(3));
	return uuidV7(Date.now(), [a, b, c]);
};

export const http = (path: string, init: RequestInit = {}): Promise<Response> =>
	fetch(path, {
		...init,
		signal: init.signal ?? AbortSignal.timeout(requestMsMax),
		headers: { ...authorization(), ...(init.headers as Record<string, string> | undefined) },
	});

export const connect = connectLive(http);

/** The ports of one person's device in this browser. `close` ends what they hold open. */
export function browserPorts(owner: string): Ports & { readonly close: () => void } {
	const { channel, close } = tabChannel(owner);
	return {
		clock: { now: () => instantOf(Date.now()) },
		timers: {
			after: (ms, run) => {
				const timer = setTimeout(run, ms);
				return () => clearTimeout(timer);
			},
		},
		random: Math.random,
		newId,
		locks: async (name, work, signal) =>
			navigator.locks.request(name, signal ? { signal } : {}, work),
		channel,
		send: createSend(http, report),
		report,
		close,
	};
}

/** Bugs go where the browser shows uncaught ones: seen in the console, and by whoever listens. */
export const report = (error: unknown): void => reportError(error);

/** Asks the browser not to throw the outbox away when it runs out of room. Old ones cannot be asked. */
export function keepStorage(): void {
	const storage = navigator.storage as StorageManager | undefined;
	storage?.persist().catch(report);
}

function tabChannel(owner: string): { channel: Channel; close: () => void } {
	const broadcast = new BroadcastChannel(channelName(owner));
	return {
		channel: {
			post: (message) => broadcast.postMessage(message),
			listen: (hear) => {
				const listener = ({ data }: MessageEvent<TabMessage>) => hear(data);
				broadcast.addEventListener('message', listener);
				return () => broadcast.removeEventListener('message', listener);
			},
		},
		close: () => broadcast.close(),
	};
}
