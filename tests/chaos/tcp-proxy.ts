import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** `up` goes from whoever connected to the target, `down` comes back. */
type Direction = 'up' | 'down';

/** What a line does to those who talk over it. */
export type Weather =
	| { readonly kind: 'pass' }
	| { readonly kind: 'delay'; readonly ms: number }
	/** Breaks a connection (RST) when so many more bytes have gone this way. */
	| { readonly kind: 'cut'; readonly way: Direction; readonly afterBytes: number }
	/** Takes everything and brings nothing, without a word: a line whose other end has moved away. */
	| { readonly kind: 'silence'; readonly way: Direction | 'both' }
	/** A few bytes at a time. */
	| { readonly kind: 'trickle'; readonly bytes: number; readonly everyMs: number }
	/** Nobody gets through any more; who is connected stays so. */
	| { readonly kind: 'refuse' };

export type Proxy = {
	readonly port: number;
	/** From now on, for new connections and those there are. */
	readonly turn: (weather: Weather) => void;
	/** Breaks every connection now. */
	readonly cutAll: () => void;
	readonly connections: () => number;
	/** Bytes that were taken and not brought. */
	readonly swallowed: () => number;
	readonly close: () => Promise<void>;
};

type Pair = {
	readonly near: Socket;
	readonly far: Socket;
	/** Something was swallowed on this way: what comes after it would make no sense to the other end. */
	readonly deaf: Set<Direction>;
	/** Counted since the weather turned. */
	carried: Record<Direction, number>;
};

const pass: Weather = { kind: 'pass' };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A TCP proxy on a port of its own that does to connections what networks do. `target` is asked for
 * each connection, because a server that is started again listens somewhere else.
 *
 * A connection that lost bytes in silence stays deaf that way when the weather is fine again, as
 * behind a router that has forgotten it; no end hears of that by itself.
 */
export async function tcpProxy(target: () => number): Promise<Proxy> {
	const pairs = new Set<Pair>();
	let weather = pass;
	let swallowed = 0;

	function turn(next: Weather): void {
		weather = next;
		for (const pair of pairs) pair.carried = { up: 0, down: 0 };
	}

	function end(pair: Pair): void {
		pairs.delete(pair);
		for (const socket of [pair.near, pair.far]) if (!socket.destroyed) socket.resetAndDestroy();
	}

	/** Carries one piece over, or does to it what the weather does. */
	async function carry(pair: Pair, way: Direction, piece: Buffer): Promise<void> {
		const to = way === 'up' ? pair.far : pair.near;
		const { kind } = weather;
		if (kind === 'silence' && (weather.way === way || weather.way === 'both')) pair.deaf.add(way);
		if (pair.deaf.has(way)) {
			swallowed += piece.length;
			return;
		}
		if (weather.kind === 'delay') await pause(weather.ms);
		if (weather.kind === 'trickle') return trickle(to, piece, weather.bytes, weather.everyMs);
		if (weather.kind !== 'cut' || weather.way !== way) return send(to, piece);
		const left = weather.afterBytes - pair.carried[way];
		pair.carried[way] += piece.length;
		if (piece.length < left) return send(to, piece);
		await send(to, piece.subarray(0, Math.max(0, left)));
		end(pair);
	}

	function join(pair: Pair, way: Direction): void {
		const [from, to] = way === 'up' ? [pair.near, pair.far] : [pair.far, pair.near];
		from.on('data', (piece: Buffer) => {
			from.pause();
			void carry(pair, way, piece).then(() => from.resume());
		});
		// In silence not even the end is heard.
		from.on('end', () => !pair.deaf.has(way) && to.end());
		from.on('error', () => !pair.deaf.has(way) && end(pair));
		from.on('close', () => {
			if (!pair.deaf.has(way) && (from.errored || to.destroyed)) end(pair);
		});
	}

	const server = createServer({ allowHalfOpen: true }, (near) => {
		if (weather.kind === 'refuse') {
			near.on('error', () => undefined).resetAndDestroy();
			return;
		}
		const far = connect({ port: target(), host: '127.0.0.1', allowHalfOpen: true });
		const pair: Pair = { near, far, deaf: new Set(), carried: { up: 0, down: 0 } };
		pairs.add(pair);
		join(pair, 'up');
		join(pair, 'down');
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const cutAll = () => [...pairs].forEach(end);
	return {
		port: (server.address() as AddressInfo).port,
		turn,
		cutAll,
		connections: () => pairs.size,
		swallowed: () => swallowed,
		async close() {
			turn(pass);
			cutAll();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** Waits until the other end takes more. */
function send(to: Socket, piece: Buffer): Promise<void> {
	if (to.destroyed || !to.writable) return Promise.resolve();
	return new Promise((resolve) => to.write(piece, () => resolve()));
}

async function trickle(to: Socket, piece: Buffer, bytes: number, everyMs: number): Promise<void> {
	for (let at = 0; at < piece.length; at += bytes) {
		await send(to, piece.subarray(at, at + bytes));
		await pause(everyMs);
	}
}
