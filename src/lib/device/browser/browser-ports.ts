/* eslint-disable no-restricted-syntax, no-restricted-globals --
   Where the browser's clock, timers, chance and locks enter the device; the network is next door. */
import { uuidV7 } from '#sync/core/id.ts';
import { instantOf } from '#sync/core/time.ts';
import { http } from './browser-http.ts';
import { report } from './report.ts';
import { createSend, connectLive } from '#lib/device/sync/http.ts';
import { channelName } from './names.ts';
import type { Channel, Ports, TabMessage } from '#lib/device/sync/ports.ts';

export const newId = (): string => {
	const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint32Array(3));
	return uuidV7(Date.now(), [a, b, c]);
};

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
		breathe: () => new Promise((resolve) => setTimeout(resolve)),
		report,
		close,
	};
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
