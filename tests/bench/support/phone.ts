import type { Doc } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import { collections } from '#sync/core/entity.ts';
import { instantOf } from '#sync/core/time.ts';
import type { Heads } from '#sync/protocol/live.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { createDevice, type Device } from '#lib/device/sync/device.ts';
import { connectLive, createSend, type Http } from '#lib/device/sync/http.ts';
import { startLiveStream } from '#lib/device/sync/live-stream.ts';
import { createMemoryDisk } from '#lib/device/sync/memory-store.ts';
import type { Ports } from '#lib/device/sync/ports.ts';
import { fakeLocks } from '#tests/support/device/fakes.ts';
import { freshId } from './done.ts';
import { nowMs } from './figures.ts';
import type { Person } from './cast.ts';

/** The product's own device core on a disk in memory, over real HTTP. */
export type BenchPhone = {
	readonly device: Device;
	/** Without network it does everything but reach the server. */
	online: boolean;
	/** How long it has waited for answers, in milliseconds, and for how many. */
	readonly waited: { ms: number; requests: number };
	/** Answers as they came, if they are kept. */
	readonly bodies: string[] | null;
	/** Begins to listen to the stream. */
	readonly listen: () => void;
	readonly documents: () => Promise<readonly (Doc & { readonly collection: CollectionName })[]>;
	readonly stop: () => Promise<void>;
};

export async function openPhone(
	url: string,
	who: Person,
	{ keepsBodies = false } = {},
): Promise<BenchPhone> {
	const waited = { ms: 0, requests: 0 };
	const bodies: string[] | null = keepsBodies ? [] : null;
	const call: Http = (path, init = {}) => {
		if (!phone.online) return Promise.reject(new TypeError('offline'));
		const headers = { ...(init.headers as object), authorization: `Bearer ${who.token}` };
		return fetch(url + path, { ...init, headers });
	};
	const counted: Http = async (path, init) => {
		const began = nowMs();
		const response = await call(path, init);
		const body = await response.text();
		waited.ms += nowMs() - began;
		waited.requests += 1;
		bodies?.push(body);
		return new Response(body, { status: response.status, headers: response.headers });
	};
	const store = createMemoryDisk(freshId(), schemaVersion).open();
	const ports = portsOver(counted);
	const device = createDevice({
		...ports,
		store,
		actor: () => who.actor,
		browserId: freshId(),
		build: 'bench',
		lockName: 'sync',
	});
	await device.ready;
	let stopListening = () => {};
	async function wakeIfBehind(heads: Heads): Promise<void> {
		const { place } = await store.books();
		const behind = ([scope, head]: [string, number]) => head > (place.cursors[scope] ?? 0);
		if (Object.entries(heads).some(behind)) device.wake();
	}
	const phone: BenchPhone = {
		device,
		online: true,
		waited,
		bodies,
		listen() {
			const stream = startLiveStream({
				ports,
				lockName: 'live',
				connect: connectLive(call),
				isVisible: () => true,
				heads: (heads) => void wakeIfBehind(heads).catch(report),
			});
			stopListening = stream.stop;
		},
		async documents() {
			const all = collections.map(async (collection) =>
				(await device.documents(collection)).map((each) => ({ ...each, collection })),
			);
			return (await Promise.all(all)).flat();
		},
		async stop() {
			stopListening();
			await device.stop();
			await store.close();
		},
	};
	return phone;
}

const portsOver = (http: Http): Ports => ({
	clock: { now: () => instantOf(Date.now()) },
	timers: {
		after: (ms, run) => {
			const timer = setTimeout(run, ms);
			return () => clearTimeout(timer);
		},
	},
	random: Math.random,
	newId: freshId,
	locks: fakeLocks(),
	channel: { post: () => undefined, listen: () => () => undefined },
	send: createSend(http, report),
	report,
});

/** A bench whose phones fail measures nothing: better none. */
function report(error: unknown): void {
	throw error;
}

/** Waits until this holds of the device. */
export async function until(
	device: Device,
	holds: () => boolean | Promise<boolean>,
): Promise<void> {
	if (await holds()) return;
	const held = Promise.withResolvers<void>();
	const stop = device.watch(() => {
		Promise.resolve(holds()).then((yes) => yes && held.resolve(), held.reject);
	});
	await held.promise;
	stop();
}
