import type { AnyEntity, Field, Fields, Kind } from '#sync/core/entity.ts';

/** A field of an entity as its table has it. */
export type Column = {
	readonly field: string;
	readonly name: string;
	readonly type: string;
	readonly nullable: boolean;
	readonly kind: Kind;
};

/** The table of an entity has the entity's own name. */
export const primaryKeyOf = (entity: AnyEntity): string => `${entity.name}_id`;

/** `createdAt` -> `created_at`. */
const snake = (name: string): string =>
	name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Works something out once for each entity: what an entity is never changes. */
export function oncePer<T>(workOut: (entity: AnyEntity) => T): (entity: AnyEntity) => T {
	const known = new WeakMap<AnyEntity, { readonly value: T }>();
	return (entity) => {
		const found = known.get(entity) ?? { value: workOut(entity) };
		known.set(entity, found);
		return found.value;
	};
}

/** The columns of an entity's table, in the order of its fields. */
export const columnsOf: (entity: AnyEntity) => readonly Column[] = oncePer((entity) =>
	Object.entries(entity.fields as Fields).map(([field, each]) => ({
		field,
		name: columnName(entity, field),
		type: typeOf(each),
		nullable: each.optional,
		kind: each.kind,
	})),
);

export const columnName = (entity: AnyEntity, field: string): string =>
	field === 'id' ? primaryKeyOf(entity) : snake(field);

/** Column types by kind of field; of numbers, those for the smaller range. */
const types: Readonly<Record<Kind, string>> = {
	id: 'uuid',
	ref: 'uuid',
	text: 'text',
	codes: 'text[]',
	int: 'integer',
	real: 'double precision',
	money: 'bigint',
	instant: 'timestamptz',
	day: 'date',
	// Not `time`: that would turn 24:00, the end of a day, into another text.
	wallTime: 'text',
	flag: 'boolean',
	json: 'jsonb',
};

const int4Max = 2_147_483_647;
const int4Min = -2_147_483_648;

function typeOf({ kind, range }: Field): string {
	const large = kind === 'int' && range && (range[0] < int4Min || range[1] > int4Max);
	return large ? 'bigint' : types[kind];
}
