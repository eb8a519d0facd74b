import type { AnyEntity, CollectionName, Row } from '#sync/core/entity.ts';
import type { During } from '#sync/core/mutator.ts';
import type { Refusal } from '#sync/core/rejection.ts';
import type { GoneReason, Scope } from '#sync/core/scope.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Status } from '#sync/protocol/sync.ts';

/**
 * All that the door (`perform`), the pull and sign-in know of the database. SQL implements it on
 * PGlite and PostgreSQL, memory implements it for the simulation; the same tests run on all three.
 */
export interface Port extends Reads {
	/**
	 * Runs `work` in one READ COMMITTED transaction; commits when it resolves, rolls back when it
	 * throws. Nesting throws. Constraint violations surface as `ConstraintViolation`, a
	 * serialization failure or a deadlock as `TryAgain`.
	 */
	transaction<T>(work: (tx: PortTransaction) => Promise<T>): Promise<T>;
	/** What changed for these scopes since their cursors: one statement, its own snapshot. */
	pull(request: PullRequest): Promise<PullPage>;
	/**
	 * Forgets what left its scope before that time, and raises the floors of those scopes: a cursor
	 * below a floor would never hear of it. Returns how much was forgotten.
	 */
	sweepGone(before: Instant): Promise<number>;
	/**
	 * Deletes some of the news from before that time, and stamps it gone from where it was told.
	 * Returns the new counters: none when nothing is left.
	 */
	forgetNews(before: Instant, now: Instant): Promise<Record<Scope, number>>;
	/**
	 * Parked mutations that came in after this one (null: from the first), in that order; not those of
	 * a flood, which no server can help, however many they are.
	 */
	parked(after: LogEntry | null, rowsMax: number): Promise<LogEntry[]>;
	/** Counters of these scopes; 0 for one never stamped. */
	heads(scopes: readonly Scope[]): Promise<Record<Scope, number>>;
	/** Which data set this is. `install` changes with seeding, `era` with a restore. */
	installation(): Promise<{ readonly install: string; readonly era: number }>;
	close(): Promise<void>;
}

export interface Reads {
	/** The rows of these ids that exist, in no order. */
	read(entity: AnyEntity, ids: readonly string[]): Promise<Row[]>;
	/** Rows whose fields equal these (an array: one of them), overlapping `during`; by id. */
	list(
		entity: AnyEntity,
		equals: Readonly<Record<string, unknown>>,
		during?: During,
	): Promise<Row[]>;
	/** Log entries of these mutation ids that exist. */
	entries(ids: readonly string[]): Promise<LogEntry[]>;
}

export interface PortTransaction extends Reads {
	/** No other transaction runs before this one has ended: there is nothing to lock against. */
	readonly alone: boolean;
	/** Waits for these advisory locks, held to the end, in the order given. */
	lock(keys: readonly string[]): Promise<void>;
	/** Takes the mutation ids; returns those that were free. The others have entries. */
	claim(claims: readonly LogClaim[]): Promise<Set<string>>;
	/** Writes rows: one statement per entity and kind of write, in the order given. */
	flush(writes: readonly Write[]): Promise<void>;
	/**
	 * The last statement of every transaction that changed something: raises the counter of each
	 * touched scope once, stamps the documents with it, stores outcomes with `{scope: counter}` of
	 * the scopes each mutation moved. What is gone, is gone since `now`. Returns the new counters.
	 * Nothing may follow it.
	 */
	stamp(
		touches: readonly Touch[],
		outcomes: readonly LogOutcome[],
		now: Instant,
	): Promise<Record<Scope, number>>;
}

/** Rows of one entity to write at once. Updates carry whole rows. */
export type Write = {
	readonly entity: AnyEntity;
	readonly kind: 'update' | 'insert';
	readonly rows: readonly Row[];
	/**
	 * The versions these rows had when they were read, where the entity counts them. If somebody
	 * changed one meanwhile (under another shop's lock) the flush throws `TryAgain`.
	 */
	readonly versions?: readonly number[];
};

export type Touch = {
	readonly scope: Scope;
	readonly collection: CollectionName;
	readonly id: string;
	/** Why it left the scope; null: it is there. */
	readonly gone: GoneReason | null;
};

/** A mutation as the log keeps it from the moment its id is claimed. */
export type LogClaim = {
	readonly id: string;
	readonly userId: string | null;
	readonly deviceId: string | null;
	readonly seq: number | null;
	readonly name: string;
	readonly version: number;
	readonly args: unknown;
	readonly requestHash: string;
	/** The sender's own frozen time, as claimed. */
	readonly at: Instant;
	readonly receivedAt: Instant;
	/** When it was done: not before `effLo`, most likely `eff`. */
	readonly effLo: Instant;
	readonly eff: Instant;
};

export type LogOutcome = {
	readonly id: string;
	readonly status: Status;
	readonly refusal: Refusal | null;
	/** What a repeat gets again: extras of a refusal, or a route's answer. JSON. */
	readonly answer: unknown;
	/** Scopes this mutation moved; their new counters become its `effects`. */
	readonly scopes: readonly Scope[];
};

export type LogEntry = LogClaim & {
	readonly status: Status;
	readonly refusal: Refusal | null;
	readonly answer: unknown;
	readonly effects: Readonly<Record<Scope, number>>;
};

export type PullRequest = {
	readonly cursors: Readonly<Record<Scope, number>>;
	/** Changes at most, but whole counter groups: what one transaction did in a scope comes together. */
	readonly rowsMax: number;
	/** About how much JSON of documents at most; a single counter group comes whole. Absent: any. */
	readonly bytesMax?: number;
	/** Which documents changed is all that is asked: their rows are not read. */
	readonly idsOnly?: true;
};

export type PullPage = {
	/** Documents that changed in any of the scopes: live in some of them, or gone from all. */
	readonly changes: readonly {
		readonly collection: CollectionName;
		readonly id: string;
		readonly live: readonly Scope[];
		readonly gone: GoneReason | null;
	}[];
	/** Rows of the live documents, by entity name. */
	readonly rows: Readonly<Record<string, readonly Row[]>>;
	/** How far each scope has been read with this page. */
	readonly cursors: Readonly<Record<Scope, number>>;
	readonly more: boolean;
	/**
	 * Scopes of which this cursor says nothing: what left since then is forgotten (it lies below the
	 * floor), or the scope has never come that far (another data set, a restore, a forgery). They have
	 * to be read anew, from 0.
	 */
	readonly stale: readonly Scope[];
};

/** A UNIQUE, EXCLUDE or CHECK constraint said no; `db/constraints.ts` turns it into a refusal. */
export class ConstraintViolation extends Error {
	override readonly name = 'ConstraintViolation';
	readonly constraint: string;

	constructor(constraint: string, cause?: unknown) {
		super(constraint, { cause });
		this.constraint = constraint;
	}
}

/** Serialization failure or deadlock: the same work again may pass. */
export class TryAgain extends Error {
	override readonly name = 'TryAgain';
}
