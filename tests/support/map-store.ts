import type * as z from 'zod/mini';
import { reactions, type Reaction } from '#server/domain/reactions.ts';
import { requireRole, type Actor } from '#sync/core/actor.ts';
import type { AnyEntity, Row, RowIn } from '#sync/core/entity.ts';
import { derivedIds } from '#sync/core/id.ts';
import type {
	AnyMutator,
	Context,
	DomainEvent,
	During,
	Equals,
	EventName,
	Ids,
	RowFor,
	Store,
} from '#sync/core/mutator.ts';
import { assert, Rejection, type Extras, type Refusal } from '#sync/core/rejection.ts';
import type { Instant } from '#sync/core/time.ts';
import { castRows, idOf, monday } from './cast.ts';

type Tables = Map<string, Map<string, Row>>;

/**
 * Rows in maps, with the promises of `Store` kept: no upsert, nothing updated unread, lists by id.
 * Rows that the entity's parser would not take are bugs, here as in the database.
 */
class MapStore implements Store {
	readonly tables: Tables;
	readonly #seen = new Set<string>();
	changes = 0;

	constructor(tables: Tables) {
		this.tables = tables;
	}

	async get<E extends AnyEntity>(entity: E, id: string): Promise<RowFor<'server', E>> {
		const row = await this.find(entity, id);
		if (row === null) throw new Rejection('not_found');
		return row;
	}

	find<E extends AnyEntity>(entity: E, id: string): Promise<RowFor<'server', E> | null> {
		const row = this.#table(entity).get(id) ?? null;
		if (row) this.#seen.add(row.id);
		return Promise.resolve(row as RowFor<'server', E> | null);
	}

	list<E extends AnyEntity>(
		entity: E,
		equals: Equals<RowFor<'server', E>>,
		during?: During,
	): Promise<readonly RowFor<'server', E>[]> {
		const rows = [...this.#table(entity).values()]
			.filter((row) => equal(row, equals) && overlaps(row, during))
			.sort((a, b) => (a.id < b.id ? -1 : 1));
		for (const row of rows) this.#seen.add(row.id);
		return Promise.resolve(rows as unknown as readonly RowFor<'server', E>[]);
	}

	insert<E extends AnyEntity>(entity: E, row: RowIn<E>): void {
		const added = row as unknown as Row;
		if (this.#table(entity).has(added.id)) throw new Rejection('id_taken');
		this.#put(entity, added);
	}

	update<E extends AnyEntity>(entity: E, row: RowFor<'server', E>): void {
		const changed = row as unknown as Row;
		assert(this.#seen.has(changed.id), `${entity.name} updated unread`);
		if (this.#table(entity).get(changed.id) !== changed) this.#put(entity, changed);
	}

	#put(entity: AnyEntity, row: Row): void {
		const parsed = entity.parser.safeParse(row);
		assert(parsed.success, `${entity.name} cannot be so: ${parsed.error?.message ?? ''}`);
		this.#table(entity).set(row.id, row);
		this.#seen.add(row.id);
		this.changes += 1;
	}

	#table(entity: AnyEntity): Map<string, Row> {
		const table = this.tables.get(entity.name) ?? new Map<string, Row>();
		this.tables.set(entity.name, table);
		return table;
	}
}

const equal = (row: Row, equals: object): boolean =>
	Object.entries(equals).every(([name, wanted]) =>
		Array.isArray(wanted) ? wanted.includes(row[name]) : row[name] === wanted,
	);

const overlaps = (row: Row, during?: During): boolean =>
	during === undefined ||
	(String(row['startAt']) < during.until && during.from < String(row['endAt']));

/** How a mutation ended, as the person sees it. */
export type Ended = {
	readonly status: 'applied' | 'noop' | 'refused' | 'recorded';
	readonly refusal?: Refusal;
	readonly extras: Extras;
	readonly ids: Ids;
	readonly events: readonly DomainEvent[];
};

type When = { readonly now?: Instant; readonly at?: Instant };

/** The cast with their shops, bikes and shifts, and a small door: the rules of the real one, no log. */
export class Garage {
	#tables: Tables;
	#mutations = 0;
	now: Instant = monday;

	constructor(...more: readonly (readonly [AnyEntity, readonly object[]])[]) {
		this.#tables = new Map();
		for (const [entity, rows] of [...castRows(), ...more]) this.put(entity, ...(rows as Row[]));
	}

	/** Puts rows there as they are, or in the place of those of the same id. */
	put(entity: AnyEntity, ...rows: readonly object[]): void {
		const table = this.#tables.get(entity.name) ?? new Map<string, Row>();
		this.#tables.set(entity.name, table);
		for (const row of rows as Row[]) table.set(row.id, row);
	}

	rows<E extends AnyEntity>(entity: E): readonly RowIn<E>[] {
		return [...(this.#tables.get(entity.name)?.values() ?? [])] as unknown as RowIn<E>[];
	}

	row<E extends AnyEntity>(entity: E, id: string): RowIn<E> {
		const row = this.#tables.get(entity.name)?.get(id);
		assert(row !== undefined, `no ${entity.name} ${id}`);
		return row as unknown as RowIn<E>;
	}

	/** For reading as rules read. */
	store(): Store {
		return new MapStore(this.#tables);
	}

	async perform(
		mutator: AnyMutator,
		actor: Actor,
		args: object,
		{ now = this.now, at = now }: When = {},
	): Promise<Ended> {
		this.now = now;
		this.#mutations += 1;
		const begin = () => this.#begin(actor, now, at);
		const first = begin();
		try {
			const parsed = (mutator.args as z.ZodMiniType).safeParse(args);
			if (!parsed.success) throw new Rejection('not_understood');
			requireRole(actor, at, mutator.by);
			const ids = ((await mutator.run(first.context, parsed.data)) as Ids | undefined) ?? {};
			for (const event of first.events)
				await (reactions[event.event] as Reaction<EventName>)(first.context, event);
			this.#tables = first.store.tables;
			const status = first.store.changes > 0 ? 'applied' : 'noop';
			return { status, extras: {}, ids, events: first.events };
		} catch (error) {
			if (!(error instanceof Rejection)) throw error;
			return this.#refused(mutator, args, error, begin());
		}
	}

	async #refused(
		mutator: AnyMutator,
		args: object,
		{ code: refusal, extras }: Rejection,
		{ context, store }: Begun,
	): Promise<Ended> {
		const ending = { refusal, ids: {}, events: [] };
		const isHeard = !['not_understood', 'not_allowed', 'not_found'].includes(refusal);
		if (mutator.kind === 'report' && mutator.late && isHeard) {
			await mutator.late(context, args, refusal);
			this.#tables = store.tables;
			return { status: 'recorded', extras, ...ending };
		}
		const found = isHeard ? await mutator.explain?.(context, args, refusal) : {};
		return { status: 'refused', extras: { ...extras, ...found }, ...ending };
	}

	#begin(actor: Actor, now: Instant, at: Instant): Begun {
		const copy = new Map([...this.#tables].map(([name, rows]) => [name, new Map(rows)]));
		const store = new MapStore(copy);
		const events: DomainEvent[] = [];
		const context: Context = {
			actor,
			now,
			at,
			base: {},
			store,
			tell: (event) => void events.push(event),
			newId: derivedIds(idOf(200, this.#mutations), at),
		};
		return { store, events, context };
	}
}

type Begun = {
	readonly store: MapStore;
	readonly events: DomainEvent[];
	readonly context: Context;
};
