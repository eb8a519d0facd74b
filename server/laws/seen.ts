import type { AnyEntity, Row, RowIn } from '#sync/core/entity.ts';
import { breachesOf, type Breach, type Changed, type KnownRows } from '#sync/core/law.ts';
import { rowLaws } from '#sync/laws.ts';
import { device, type Device } from '../db/device.ts';
import type { LogClaim, LogEntry, LogOutcome, Touch, Write } from '../db/port.ts';
import { answeredOnce, stampMovesWhatItTouched, takenInOrder, type Taken } from './books.ts';
import { someRows } from './known-rows.ts';

/** Rows of other entities break no law. */
const judged: ReadonlySet<string> = new Set(
	[device as AnyEntity, ...rowLaws.flatMap((each) => each.about)].map((each) => each.name),
);
const takenLaws = [takenInOrder, answeredOnce, stampMovesWhatItTouched];

/**
 * What one transaction read, wrote, took and answered. The laws judge it by this alone: they ask
 * the database for nothing.
 */
export class Seen {
	/** As read, or as written since. */
	readonly #rows = new Map<string, Map<string, Row>>();
	readonly #changes = new Map<string, Map<string, Changed<Row>>>();
	readonly #written = new Set<string>();
	readonly #claims: LogClaim[] = [];
	readonly #fresh = new Set<string>();
	readonly #parked = new Set<string>();
	#stamped: Pick<Taken, 'touches' | 'outcomes' | 'heads'> = {
		touches: [],
		outcomes: [],
		heads: {},
	};

	readonly read = ({ name }: AnyEntity, rows: readonly Row[]): void => {
		if (!judged.has(name)) return;
		const known = this.#of(name);
		// What was written here is newer than what is still being read.
		for (const row of rows) if (!this.#written.has(row.id)) known.set(row.id, row);
	};

	readonly readEntries = (entries: readonly LogEntry[]): void => {
		for (const { id, status } of entries) if (status === 'parked') this.#parked.add(id);
	};

	readonly claimed = (claims: readonly LogClaim[], fresh: ReadonlySet<string>): void => {
		this.#claims.push(...claims);
		for (const id of fresh) this.#fresh.add(id);
	};

	readonly wrote = (writes: readonly Write[]): void => {
		for (const { entity, rows } of writes) {
			if (!judged.has(entity.name)) continue;
			for (const row of rows) this.#wroteRow(entity.name, row);
		}
	};

	readonly stamped = (
		touches: readonly Touch[],
		outcomes: readonly LogOutcome[],
		heads: Taken['heads'],
	): void => {
		this.#stamped = { touches, outcomes, heads };
	};

	/** Laws broken by what was written, taken or answered here. */
	breaches(): Breach[] {
		return [...this.#brokenByRows(), ...breachesOf(takenLaws, this.#taken())];
	}

	/** The counters that were raised. */
	get heads(): Taken['heads'] {
		return this.#stamped.heads;
	}

	#wroteRow(name: string, after: Row): void {
		const rows = this.#of(name);
		const changes = this.#changes.get(name) ?? new Map<string, Changed<Row>>();
		this.#changes.set(name, changes);
		const earlier = changes.get(after.id);
		const before = earlier ? earlier.before : (rows.get(after.id) ?? null);
		changes.set(after.id, { before, after });
		rows.set(after.id, after);
		this.#written.add(after.id);
	}

	/** What was broken before, and not met by anything written here, is for the patrol. */
	#brokenByRows(): Breach[] {
		if (this.#changes.size === 0) return [];
		const laws = rowLaws.filter(({ about }) => about.some(({ name }) => this.#changes.has(name)));
		const found = breachesOf(laws, this.#known());
		return found.filter(({ ids }) => ids.some((id) => this.#written.has(id)));
	}

	#known(): KnownRows {
		const { outcomes } = this.#stamped;
		return {
			...someRows(this.#rows),
			changes: <E extends AnyEntity>({ name }: E) =>
				[...(this.#changes.get(name)?.values() ?? [])] as unknown as Changed<RowIn<E>>[],
			single: outcomes.filter(({ status }) => moving.includes(status)).length <= 1,
		};
	}

	#taken(): Taken {
		const devices = [...(this.#rows.get(device.name)?.values() ?? [])].map((after) => {
			const change = this.#changes.get(device.name)?.get(after.id);
			return (change ?? { before: after, after }) as unknown as Changed<Device>;
		});
		const { claims, fresh, parked } = {
			claims: this.#claims,
			fresh: this.#fresh,
			parked: this.#parked,
		};
		return { claims, fresh, parked, devices, ...this.#stamped };
	}

	#of(name: string): Map<string, Row> {
		const known = this.#rows.get(name) ?? new Map<string, Row>();
		this.#rows.set(name, known);
		return known;
	}
}

/** Mutations that ended so may have changed rows. */
const moving: readonly string[] = ['applied', 'recorded'];
