import * as z from 'zod/mini';
import type { Role } from './actor.ts';
import type { Day, Instant, WallTime } from './time.ts';

/** How a field is stored; the server turns it into a column, the device into a JSON schema. */
export type Kind =
	| 'id'
	| 'ref'
	| 'text'
	| 'codes'
	| 'int'
	| 'real'
	| 'money'
	| 'instant'
	| 'day'
	| 'wallTime'
	| 'flag'
	| 'json';

/** What a role is shown instead of the value; `hidden` leaves the field off the wire. */
type Mask = 'hidden' | ((value: never) => unknown);
type SeenBy = { readonly [R in Role]?: Mask };

export type Field<T = unknown, Hidden extends boolean = boolean> = {
	readonly kind: Kind;
	readonly parser: z.ZodMiniType<T>;
	readonly optional: boolean;
	readonly target?: string;
	readonly oneOf?: readonly string[];
	readonly maxLength?: number;
	readonly range?: readonly [number, number];
	readonly seenBy?: SeenBy;
	/** Some role is not shown this field as it is: mutators that also run on phones do not get it. */
	readonly masked: Hidden;
};

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
// eslint-disable-next-line no-control-regex -- control characters are just what must not pass
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Parsers shared by entities, mutator arguments and the wire. Stricter than zod's own (ids and times are compared as text). */
export const parse = {
	id: z.string().check(z.regex(uuidPattern)),
	instant: z.string().check(
		z.regex(instantPattern),
		z.refine((text) => isRealInstant(text)),
	),
	day: z.string().check(
		z.regex(/^\d{4}-\d\d-\d\d$/),
		z.refine((text) => isRealInstant(`${text}T00:00:00.000Z`)),
	),
	wallTime: z.string().check(z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/)),
	text: (max: number, min = 0) =>
		z.string().check(
			z.minLength(min),
			z.maxLength(max),
			z.refine((text) => text.isWellFormed() && !controlCharacters.test(text)),
		),
	int: (min: number, max: number) => z.int().check(z.minimum(min), z.maximum(max)),
};

/** No database knows a year 0, and what lies a week before or after a time must be one as well. */
function isRealInstant(text: string): boolean {
	const ms = Date.parse(text);
	const exists = !Number.isNaN(ms) && new Date(ms).toISOString() === text;
	return exists && '1900' <= text && text < '9000';
}

const field = <T>(
	kind: Kind,
	parser: z.ZodMiniType<T>,
	rest: Partial<Field> = {},
): Field<T, false> => ({ optional: false, ...rest, kind, parser, masked: false });

/** UUID v7, made where the row is born (a phone without network, or the server). */
export const id = () => field<string>('id', parse.id, { maxLength: 36 });
/** The id of a row of another entity. */
export const ref = (target: string) => field<string>('ref', parse.id, { target, maxLength: 36 });
export const text = (max: number, min = 0) =>
	field<string>('text', parse.text(max, min), { maxLength: max });
/** Text of a fixed shape: a phone number, a plate. */
export const shaped = (pattern: RegExp, max: number) =>
	field<string>('text', z.string().check(z.maxLength(max), z.regex(pattern)), { maxLength: max });
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
	field<T[number]>('text', z.enum(values), {
		oneOf: values,
		maxLength: 40,
	});
/** A small set of codes out of a fixed list, for example skills. */
export const codes = <const T extends readonly [string, ...string[]]>(values: T) =>
	field<T[number][]>('codes', z.array(z.enum(values)).check(z.maxLength(values.length)), {
		oneOf: values,
	});
export const int = (min: number, max: number) =>
	field<number>('int', parse.int(min, max), { range: [min, max] });
export const real = (min: number, max: number) =>
	field<number>('real', z.number().check(z.minimum(min), z.maximum(max)), { range: [min, max] });
/** Whole paise, never negative. */
export const paise = () =>
	field<number>('money', parse.int(0, Number.MAX_SAFE_INTEGER), {
		range: [0, Number.MAX_SAFE_INTEGER],
	});
export const instant = () => field<Instant>('instant', parse.instant, { maxLength: 24 });
export const day = () => field<Day>('day', parse.day, { maxLength: 10 });
export const wallTime = () => field<WallTime>('wallTime', parse.wallTime, { maxLength: 5 });
export const flag = () => field<boolean>('flag', z.boolean());
export const json = <S extends z.ZodMiniType>(parser: S) =>
	field<z.output<S>>('json', parser as z.ZodMiniType<z.output<S>>);

/** The field may be null; it is never absent. */
export const optional = <T, H extends boolean>(inner: Field<T, H>): Field<T | null, H> => ({
	...inner,
	optional: true,
	parser: z.nullable(inner.parser),
});

/** Shows a role something else than the value, or nothing: `seenBy(text(80), { worker: firstName })`. */
export const seenBy = <T>(
	inner: Field<T, false>,
	masks: { readonly [R in Role]?: 'hidden' | ((value: NonNullable<T>) => T) },
): Field<T, true> => ({ ...inner, seenBy: masks, masked: true });

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the only way to say "some field"
export type Fields = Readonly<Record<string, Field<any, boolean>>>;
type ValueOf<F> = F extends Field<infer T, boolean> ? T : never;
export type RowOf<F extends Fields> = { [K in keyof F]: ValueOf<F[K]> };
/** A row as phones have it: without the fields that some role is not shown as they are. */
export type SharedRowOf<F extends Fields> = {
	[K in keyof F as F[K]['masked'] extends true ? never : K]: ValueOf<F[K]>;
};

/** Where rows of an entity live on a device: a collection's document, or a list inside one. */
type Home = {
	readonly collection: CollectionName;
	/** `by` names the field that holds the parent document's id. */
	readonly inside?: { readonly list: string; readonly by: string };
};

/** The collections of a device's state database; more than 13 cannot be open at once in RxDB. */
export const collections = ['shops', 'people', 'vehicles', 'bookings', 'jobs', 'notices'] as const;
export type CollectionName = (typeof collections)[number];

export type Options<F extends Fields> = {
	/** Null: the server's own, never on a device. */
	readonly home: Home | null;
	/** Plain indexes; the same on server and device. */
	readonly indexes?: readonly (readonly (keyof F & string)[])[];
};

export type Entity<N extends string = string, F extends Fields = Fields> = {
	readonly name: N;
	readonly fields: F;
	readonly parser: z.ZodMiniType<RowOf<F>>;
	readonly home: Home | null;
	readonly indexes: readonly (readonly string[])[];
};
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the only way to say "some entity"
export type AnyEntity = Entity<string, any>;
export type Row = { readonly id: string } & Readonly<Record<string, unknown>>;
export type RowIn<E> = E extends Entity<string, infer F> ? RowOf<F> : never;
export type SharedRowIn<E> = E extends Entity<string, infer F> ? SharedRowOf<F> : never;

/**
 * One thing the product knows, described once: its type, its parser, its table and its place on a
 * device all come from here. `name` is singular; the table has the same name.
 *
 * An index on an optional field is refused: RxDB silently hides rows whose indexed field is null.
 */
export function entity<const N extends string, F extends Fields>(
	name: N,
	fields: F,
	options: Options<F>,
): Entity<N, F> {
	for (const column of (options.indexes ?? []).flat())
		if (fields[column]?.optional) throw new Error(`${name}.${column}: optional, so not indexable`);
	const shape = Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, each.parser]));
	return {
		name,
		fields,
		parser: z.strictObject(shape) as unknown as z.ZodMiniType<RowOf<F>>,
		home: options.home,
		indexes: options.indexes ?? [],
	};
}
