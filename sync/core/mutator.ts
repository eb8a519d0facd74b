import type * as z from 'zod/mini';
import type { Actor, Role } from './actor.ts';
import type { AnyEntity, RowIn, SharedRowIn } from './entity.ts';
import type { Extras, Refusal } from './rejection.ts';
import type { Instant } from './time.ts';

/**
 * What happened, in the past tense. Each noun adds its own by declaration merging, in its
 * `events.ts`, so that this floor knows no noun:
 * `declare module '../core/mutator.ts' { interface Events { 'job.accepted': { jobId: string } } }`
 * @public
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by the nouns
export interface Events {}
export type EventName = keyof Events;
export type DomainEvent<E extends EventName = EventName> = {
	[K in E]: { readonly event: K } & Readonly<Events[K]>;
}[E];

/** Where a mutator runs: at once on the phone and then on the server, or on the server only. */
export type Where = 'both' | 'server';
export type RowFor<W extends Where, E extends AnyEntity> = W extends 'both'
	? SharedRowIn<E>
	: RowIn<E>;

export type Equals<R> = { readonly [K in keyof R]?: R[K] | readonly R[K][] };
/** Half open: what ends when it begins, or begins when it ends, does not overlap. */
export type During = { readonly from: Instant; readonly until: Instant };

/**
 * What a mutation may read and write: a unit of work on the server, the overlay on a phone.
 * There is no upsert (ids come from phones) and no delete (things end in a state).
 */
export interface Store<W extends Where = 'server'> {
	/** The row, or `not_found`. */
	get<E extends AnyEntity>(entity: E, id: string): Promise<RowFor<W, E>>;
	/** The row, or null. */
	find<E extends AnyEntity>(entity: E, id: string): Promise<RowFor<W, E> | null>;
	/**
	 * Every row whose fields equal these (or one of several values), ordered by id; of things with
	 * `startAt` and `endAt`, those that overlap `during`. Counts as having read the whole collection.
	 */
	list<E extends AnyEntity>(
		entity: E,
		equals: Equals<RowFor<W, E>>,
		during?: During,
	): Promise<readonly RowFor<W, E>[]>;
	/** Adds a row; `id_taken` if there is one of that id. */
	insert<E extends AnyEntity>(entity: E, row: RowIn<E>): void;
	/** Changes a row that this mutation has read; the same object again changes nothing. */
	update<E extends AnyEntity>(entity: E, row: RowFor<W, E>): void;
}

export type Context<W extends Where = 'server'> = {
	readonly actor: Actor;
	/** The server: commit time. A phone: the mutation's own frozen time. */
	readonly now: Instant;
	/** When it was done, as far as can be known (docs/sync-protocol.md, "Time"). */
	readonly at: Instant;
	/** What the user saw: document versions, `jobs/<id>` to version. */
	readonly base: Readonly<Record<string, number>>;
	readonly store: Store<W>;
	readonly tell: (event: DomainEvent) => void;
	/** Ids for new rows, the same on both sides. */
	readonly newId: () => string;
};

/** Ids a mutator answers with, for routes that show the outcome: `{ bookingId, jobId }`. */
export type Ids = Readonly<Record<string, string>>;

/** Which shop's lock a mutation takes: known at once, through an object, or none. */
export type ShopOf = { readonly shopId: string } | { readonly of: AnyEntity; readonly id: string };

/** Arguments as a version had them, and how the next version says the same. */
type Older = {
	readonly args: z.ZodMiniType;
	// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what `args` has just parsed
	readonly upcast: (args: any) => unknown;
};

/**
 * A named function: who may, which arguments, load - rule - store - tell. The only way state
 * changes. `args` must be a strict object: unknown keys are refused.
 */
export type Mutator<
	Name extends string = string,
	Args extends z.ZodMiniType = z.ZodMiniType,
	W extends Where = Where,
> = {
	readonly name: Name;
	/** Raised when `args` change their meaning; a newer one from a phone waits for a newer server. */
	readonly version: number;
	/** A report tells what already happened and is recorded; a request may be refused. */
	readonly kind: 'report' | 'request';
	readonly by: readonly Role[];
	readonly args: Args;
	/** How arguments of each earlier version are read: phones keep what they made for a long time. */
	readonly older?: Readonly<Record<number, Older>>;
	readonly shopOf: (args: z.output<Args>) => ShopOf | null;
	/**
	 * The thing (a bike, a booking) whose customer has limits across shops at stake, whoever asks for
	 * him: his lock is taken after the shop's.
	 */
	readonly customerOf?: (args: z.output<Args>) => { readonly of: AnyEntity; readonly id: string };
	readonly where: W;
	/** What a phone without network does: keep it to send, or say that it needs the network. */
	readonly offline: 'queue' | 'refuse';
	/** Placing mutators, under an exclusion constraint, run in a transaction of their own. */
	readonly alone?: boolean;
	/** Loads, applies a rule, stores, tells. Returns the ids of what it made or touched, if any. */
	run(context: Context<W>, args: z.output<Args>): Promise<Ids | void>;
	/**
	 * What a refusal carries beside its code when that takes looking around, for example the three
	 * nearest free slots. Runs after everything else of the mutation was dropped.
	 */
	explain?(context: Context, args: z.output<Args>, refusal: Refusal): Promise<Extras>;
	/** Adjudicates a report that the rule refused: keeps an observation, tells people. */
	late?(context: Context, args: z.output<Args>, refusal: Refusal): Promise<void>;
};
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the only way to say "some mutator"
export type AnyMutator = Mutator<string, any, any>;

export const mutator = <const Name extends string, Args extends z.ZodMiniType, W extends Where>(
	definition: Mutator<Name, Args, W>,
): Mutator<Name, Args, W> => definition;

/**
 * The arguments of a mutation as the newest version has them, raised version by version; null if
 * they cannot be read. What an app of long ago has put down must be understood by every later one.
 */
export function newestArgs(
	{ version: newest, older, args }: Pick<AnyMutator, 'version' | 'older' | 'args'>,
	version: number,
	told: unknown,
): { readonly args: unknown } | null {
	let raised = told;
	for (let step = version; step < newest; step += 1) {
		const known = older?.[step];
		const parsed = known?.args.safeParse(raised);
		if (!known || !parsed?.success) return null;
		raised = known.upcast(parsed.data);
	}
	const parsed = (args as z.ZodMiniType).safeParse(raised);
	return parsed.success ? { args: parsed.data } : null;
}
