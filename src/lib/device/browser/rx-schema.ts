import type { RxJsonSchema } from 'rxdb/plugins/core';
import type { Doc } from '#sync/core/document.ts';
import type { AnyEntity, CollectionName, Field, Fields, Kind } from '#sync/core/entity.ts';
import { partsOf, rootOf } from '#sync/registry.ts';

type Json = Record<string, unknown>;

/**
 * The schema of a collection, derived from the entities that live in it.
 *
 * Its number is always 0: a new shape is a new database (`names.ts`), because converting takes
 * minutes where reading again takes seconds. Nothing is validated on the phone; what the schema
 * decides is how queries are planned. RxDB wants bounds on what is indexed, and silently hides rows
 * whose indexed field is missing: hence no index on a field that some role is not shown.
 */
export function rxSchemaOf(collection: CollectionName): RxJsonSchema<Doc> {
	const root = rootOf[collection];
	const lists = partsOf(collection).map(
		(part) => [String(part.home?.inside?.list), { type: 'array', items: objectOf(part) }] as const,
	);
	const object = objectOf(root);
	return {
		title: collection,
		version: 0,
		primaryKey: 'id',
		type: 'object',
		properties: { ...object.properties, ...Object.fromEntries(lists) },
		required: object.required,
		indexes: root.indexes.map((index) => checkedIndex(root, index)),
	};
}

function objectOf(entity: AnyEntity) {
	const fields = Object.entries(entity.fields as Record<string, Field>);
	const always = fields.filter(([, field]) => !field.masked).map(([name]) => name);
	return {
		type: 'object',
		properties: Object.fromEntries(fields.map(([name, field]) => [name, propertyOf(field)])),
		required: always,
	};
}

function checkedIndex(entity: AnyEntity, index: readonly string[]): string[] {
	for (const name of index)
		if ((entity.fields as Fields)[name]?.masked)
			throw new Error(`${entity.name}.${name}: not shown to everybody, so not indexable`);
	return [...index];
}

function propertyOf(field: Field): Json {
	const plain = plainOf(field);
	return field.optional && 'type' in plain ? { ...plain, type: [plain['type'], 'null'] } : plain;
}

const plainOf = (field: Field): Json => ({
	...jsonOf[field.kind],
	...lengthOf(field),
	...boundsOf(field),
});

const string = { type: 'string' };
const integer = { type: 'integer', multipleOf: 1 };
const jsonOf: Readonly<Record<Kind, Json>> = {
	id: string,
	ref: string,
	text: string,
	instant: string,
	day: string,
	wallTime: string,
	int: integer,
	money: integer,
	real: { type: 'number' },
	flag: { type: 'boolean' },
	codes: { type: 'array', items: string },
	json: {}, // Its shape is the parser's business; RxDB keeps it as it comes.
};

const lengthOf = ({ maxLength }: Field): Json => (maxLength === undefined ? {} : { maxLength });
const boundsOf = ({ range }: Field): Json =>
	range === undefined ? {} : { minimum: range[0], maximum: range[1] };
