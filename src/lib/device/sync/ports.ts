import type { DocKey } from '#sync/core/document.ts';
import type { Instant } from '#sync/core/time.ts';
import type { SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';

/**
 * What a device needs from the world around it. The browser's are in `browser-ports.ts`, those of a
 * simulation are fakes: the same code runs in both, and a simulation can replay it by its seed.
 */
export type Ports = {
	readonly clock: Clock;
	readonly timers: Timers;
	/** A number from 0 up to, not including, 1. */
	readonly random: () => number;
	/** A fresh UUID v7. */
	readonly newId: () => string;
	readonly locks: Locks;
	readonly channel: Channel;
	readonly send: Send;
	/** Lets the browser paint in the middle of long work; without it long work is done in one piece. */
	readonly breathe?: () => Promise<void>;
	/** Hears of bugs and broken storage that nobody waits for. */
	readonly report: (error: unknown) => void;
};

/** The phone's clock as it is: it may be wrong, and it may jump. */
type Clock = { readonly now: () => Instant };

export type Timers = {
	/** Runs once after so long; answers how to call it off. */
	readonly after: (ms: number, run: () => void) => () => void;
};

/** Runs `work` while nobody else on this phone holds a lock of that name. */
export type Locks = <T>(name: string, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** Tells the other tabs of the same user; never heard by the tab that posts. */
export type Channel = {
	readonly post: (message: TabMessage) => void;
	readonly listen: (hear: (message: TabMessage) => void) => () => void;
};

/** Only a hint: who hears it reads the store again, so a lost message costs a delay at most. */
export type TabMessage =
	| { readonly kind: 'changed'; readonly keys: readonly DocKey[] }
	| { readonly kind: 'status'; readonly status: SyncStatus };

/**
 * `unknown`: nothing was sent since the start. `stopped`: the server turned this device away.
 * `revoked`: its owner signed it off elsewhere.
 */
export type NetworkState = 'unknown' | 'online' | 'offline' | 'signed_out' | 'stopped' | 'revoked';

export type SyncStatus = {
	/** Judged by how the last request ended, never by what the browser believes of its network. */
	readonly network: NetworkState;
	/** Numbers of the mutations on their way right now. */
	readonly sending: readonly number[];
	/** The server's time at the last answer. */
	readonly syncedAt: Instant | null;
	/** The server tells no documents of this app's shape any more; what is done here still counts. */
	readonly outdated: boolean;
};

export type SendOptions = {
	/** With nothing to say, the server may keep the question so long, until it has something new. */
	readonly waitSeconds?: number;
	/** Hangs up: the promise then rejects at once. */
	readonly signal?: AbortSignal;
};

/** One round trip. Rejects with a `SendFailure` when there is no answer to work with. */
export type Send = (request: SyncRequest, options?: SendOptions) => Promise<SyncAnswer>;

/**
 * Why there is no answer: no network; a server that is unwell (`unavailable`); a session that ended
 * (`signed_out`); a device that may not (`forbidden`), or that its owner signed off (`revoked`); a
 * request that was too big (`too_large`).
 */
export type FailureReason =
	'offline' | 'unavailable' | 'signed_out' | 'forbidden' | 'revoked' | 'too_large';

export class SendFailure extends Error {
	override readonly name = 'SendFailure';
	readonly reason: FailureReason;
	/** The server asked not to be tried again before. */
	readonly retryAfterMs: number;

	constructor(reason: FailureReason, retryAfterMs = 0, cause?: unknown) {
		super(reason, { cause });
		this.reason = reason;
		this.retryAfterMs = retryAfterMs;
	}
}
