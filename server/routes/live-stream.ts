import type { Heads, LiveEvent } from '#sync/protocol/live.ts';

/** One connection's stream of lines. */
export type LiveStream = {
	readonly readable: ReadableStream<Uint8Array>;
	readonly say: (event: LiveEvent) => void;
	/** Says a last thing and closes. Once only. */
	readonly end: (last?: LiveEvent) => void;
};

export type LiveStreamOptions = {
	/** Told once when nothing will be said any more. */
	readonly ended: () => void;
	/** Tears the connection down, if it still carries this answer. */
	readonly hangUp: () => void;
};

/** A connection that took nothing for so long is given up. */
const stalledMs = 60_000;
/** How long one that is closed while it takes nothing has for what still waits in it. */
const lastWordsMs = 5_000;
/** Lines that may wait in the connection before further ones are merged. */
const linesWaitingMax = 8;

/**
 * A stream that never grows: while the other end takes nothing, counters are merged into one line
 * that is written when it takes again. The newest counters say all that the older ones said.
 */
export function liveStream({ ended, hangUp }: LiveStreamOptions): LiveStream {
	const encoder = new TextEncoder();
	let merged: Record<string, number> | null = null;
	let stalledSince: number | null = null;
	let open = true;
	let controller: ReadableStreamDefaultController<Uint8Array>;

	const readable = new ReadableStream<Uint8Array>(
		{
			start(given) {
				controller = given;
			},
			pull() {
				stalledSince = null;
				if (merged === null) return;
				const heads = merged;
				merged = null;
				write({ kind: 'poke', heads });
			},
			cancel: () => close(),
		},
		{ highWaterMark: linesWaitingMax },
	);

	const room = () => controller.desiredSize ?? 0;

	function write(event: LiveEvent): void {
		controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
	}

	function close(): void {
		if (!open) return;
		open = false;
		ended();
	}

	function end(last?: LiveEvent): void {
		if (!open) return;
		// Closing is said behind what waits, so whoever takes nothing would never hear of it.
		if (room() <= 0) setTimeout(hangUp, lastWordsMs).unref();
		if (last) write(last);
		close();
		controller.close();
	}

	return {
		readable,
		end,
		say(event) {
			if (!open) return;
			if (room() > 0) return write(event);
			stalledSince ??= Date.now();
			if (Date.now() - stalledSince > stalledMs) return end();
			if ('heads' in event) merged = mergedWith(merged, event.heads);
		},
	};
}

function mergedWith(known: Record<string, number> | null, heads: Heads): Record<string, number> {
	const all = { ...known };
	for (const [scope, v] of Object.entries(heads)) all[scope] = Math.max(v, all[scope] ?? 0);
	return all;
}
