import type { AnyEntity, Row, RowIn } from '#sync/core/entity.ts';
import type { During, Equals, RowFor, Store } from '#sync/core/mutator.ts';
import { assert, Rejection } from '#sync/core/rejection.ts';
import { byId } from '#sync/core/document.ts';
import { entities } from '#sync/registry.ts';
import { frees } from './constraints.ts';
import { matches } from './match.ts';
import type { Reads, Write } from './port.ts';

/** One row that changed: how it was before (null: it was not there) and how it is. */
export type Change = {
	readonly entity: AnyEntity;
	readonly before: Row | null;
	readonly after: Row;
};

/** What has been read so far; null: there is no such row. */
type Remembered = {
	readonly rows: Map<string, Row | null>;
	readonly lists: Map<string, readonly string[]>;
};

const keyOf = (entity: AnyEntity, id: string) => `${entity.name}/${id}`;

/**
 * What one transaction reads and will write. Reads go through to the database once and are
 * remembered; writes stay here until the end. Each mutation works on a layer of its own, kept when
 * it succeeds and dropped when it is refused, so that no savepoint is needed.
 */
export class UnitOfWork {
	readonly #reads: Reads;
	readonly #read: Remembered;
	readonly #kept = new Map<string, Change>();

	constructor(reads: Reads, read: Remembered = { rows: new Map(), lists: new Map() }) {
		this.#reads = reads;
		this.#read = read;
	}

	/** Another one beside this: what it reads is remembered here too, what it keeps is not. */
	beside(): UnitOfWork {
		return new UnitOfWork(this.#reads, this.#read);
	}

	/** What the transaction has read by itself, and holds the lock of: nobody asks for it again. */
	remember(entity: AnyEntity, row: Row): void {
		this.#read.rows.set(keyOf(entity, row.id), row);
	}

	/** A layer for one mutation, on top of what earlier ones kept. */
	open(): Layer {
		return new Layer(this);
	}

	/** The row as kept so far, without the changes of any open layer. */
	async row(entity: AnyEntity, id: string): Promise<Row | null> {
		const key = keyOf(entity, id);
		const kept = this.#kept.get(key);
		if (kept) return kept.after;
		const stored = this.#read.rows.get(key);
		if (stored !== undefined) return stored;
		const [row = null] = await this.#reads.read(entity, [id]);
		this.#read.rows.set(key, row);
		return row;
	}

	/** Rows that match in the database or were changed here: candidates, not yet judged. */
	async candidates(
		entity: AnyEntity,
		equals: Readonly<Record<string, unknown>>,
		during?: During,
	): Promise<Map<string, Row>> {
		const listKey = JSON.stringify([entity.name, equals, during ?? null]);
		let ids = this.#read.lists.get(listKey);
		if (ids === undefined) {
			const rows = await this.#reads.list(entity, equals, during);
			for (const row of rows) this.#read.rows.set(keyOf(entity, row.id), row);
			ids = rows.map((row) => row.id);
			this.#read.lists.set(listKey, ids);
		}
		const found = new Map<string, Row>();
		for (const id of ids) found.set(id, (await this.row(entity, id)) as Row);
		for (const { entity: changed, after } of this.#kept.values())
			if (changed === entity) found.set(after.id, after);
		return found;
	}

	/** Whether a row of that key is known to exist. */
	knows(key: string): boolean {
		return this.#kept.has(key) || Boolean(this.#read.rows.get(key));
	}

	keep(changes: Iterable<Change>): void {
		for (const change of changes) {
			const key = keyOf(change.entity, change.after.id);
			const earlier = this.#kept.get(key);
			this.#kept.set(key, { ...change, before: earlier ? earlier.before : change.before });
		}
	}

	/** Net changes since the transaction began. */
	changes(): readonly Change[] {
		return [...this.#kept.values()];
	}

	/** All writes in the order they must be made: what frees something, other updates, inserts. */
	writes(): Write[] {
		const updates = this.changes().filter((each) => each.before !== null);
		const freeing = updates.filter((each) => frees(each.entity, each.before as Row, each.after));
		const others = updates.filter((each) => !freeing.includes(each));
		const inserts = this.changes().filter((each) => each.before === null);
		return [
			...writesOf('update', freeing),
			...writesOf('update', others),
			...writesOf('insert', inserts),
		];
	}
}

/** The unit of work as one mutation sees it. */
export class Layer {
	readonly #work: UnitOfWork;
	readonly #changes = new Map<string, Change>();
	/** What this mutation has read: nothing else may it update. */
	readonly #seen = new Map<string, Row>();
	/** A read that failed: whatever the rules threw then is an outage, not a crash of theirs. */
	outage: unknown = null;

	constructor(work: UnitOfWork) {
		this.#work = work;
	}

	readonly store: Store = {
		get: async <E extends AnyEntity>(entity: E, id: string) => {
			const row = await this.find(entity, id);
			if (row === null) throw new Rejection('not_found');
			return row as unknown as RowFor<'server', E>;
		},
		find: async <E extends AnyEntity>(entity: E, id: string) =>
			(await this.find(entity, id)) as unknown as RowFor<'server', E> | null,
		list: async <E extends AnyEntity>(
			entity: E,
			equals: Equals<RowFor<'server', E>>,
			during?: During,
		) => (await this.list(entity, equals, during)) as unknown as readonly RowFor<'server', E>[],
		insert: <E extends AnyEntity>(entity: E, row: RowIn<E>) => {
			this.#insert(entity, row as unknown as Row);
		},
		update: <E extends AnyEntity>(entity: E, row: RowFor<'server', E>) => {
			this.#update(entity, row as unknown as Row);
		},
	};

	async find(entity: AnyEntity, id: string): Promise<Row | null> {
		const key = keyOf(entity, id);
		const own = this.#changes.get(key);
		const row = own ? own.after : await this.#watched(() => this.#work.row(entity, id));
		if (row) this.#seen.set(key, row);
		return row;
	}

	async list(
		entity: AnyEntity,
		equals: Readonly<Record<string, unknown>>,
		during?: During,
	): Promise<readonly Row[]> {
		const found = await this.#watched(() => this.#work.candidates(entity, equals, during));
		for (const { entity: changed, after } of this.#changes.values())
			if (changed === entity) found.set(after.id, after);
		const rows = [...found.values()].filter((row) => matches(row, equals, during)).sort(byId);
		for (const row of rows) this.#seen.set(keyOf(entity, row.id), row);
		return rows;
	}

	changes(): readonly Change[] {
		return [...this.#changes.values()];
	}

	/** Makes this layer part of the unit of work. Without it, nothing of the layer remains. */
	keep(): void {
		this.#work.keep(this.#changes.values());
	}

	#insert(entity: AnyEntity, row: Row): void {
		const key = keyOf(entity, row.id);
		if (this.#changes.has(key) || this.#work.knows(key)) throw new Rejection('id_taken');
		this.#changes.set(key, { entity, before: null, after: checked(entity, row) });
	}

	#update(entity: AnyEntity, row: Row): void {
		const key = keyOf(entity, row.id);
		const own = this.#changes.get(key);
		const current = own?.after ?? this.#seen.get(key);
		assert(current !== undefined, `${entity.name} updated without having been read`);
		if (sameFields(current, row)) return;
		const before = own ? own.before : current;
		const version = before && 'version' in entity.fields ? Number(before['version']) + 1 : null;
		const raised = version === null ? {} : { version };
		const after = checked(entity, { ...current, ...row, ...raised });
		this.#changes.set(key, { entity, before, after });
	}

	async #watched<T>(read: () => Promise<T>): Promise<T> {
		try {
			return await read();
		} catch (error) {
			this.outage = error;
			throw error;
		}
	}
}

const sameFields = (current: Row, row: Row) =>
	Object.keys(row).every((name) => Object.is(current[name], row[name]));

/** Rows that the entity's own parser would not take are bugs: they never reach the database. */
function checked(entity: AnyEntity, row: Row): Row {
	const parsed = entity.parser.safeParse(row);
	assert(parsed.success, `${entity.name} cannot be so: ${parsed.error?.message ?? ''}`);
	return row;
}

function writesOf(kind: 'update' | 'insert', changes: readonly Change[]): Write[] {
	const byEntity = Map.groupBy(changes, (each) => each.entity);
	const order = (entity: AnyEntity) => (entities as readonly AnyEntity[]).indexOf(entity);
	return [...byEntity]
		.sort(([a], [b]) => order(a) - order(b))
		.map(([entity, some]) => ({
			entity,
			kind,
			rows: some.map((each) => each.after),
			...(kind === 'update' && 'version' in entity.fields
				? { versions: some.map((each) => Number(each.before?.['version'])) }
				: {}),
		}));
}
