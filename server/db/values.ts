/** Turns the text of one column into its value. */
export type ParseValue = (text: string) => unknown;

/** PostgreSQL's own numbers (oid) of the types whose text needs reading; they never change. */
const oid = {
	bool: 16,
	bytea: 17,
	int8: 20,
	int2: 21,
	int4: 23,
	oid: 26,
	json: 114,
	float4: 700,
	float8: 701,
	date: 1082,
	timestamp: 1114,
	timestamptz: 1184,
	interval: 1186,
	jsonb: 3802,
} as const;

/** One table for both drivers, so that a row cannot look different behind the other one. */
export const valueParsers: Readonly<Record<number, ParseValue>> = {
	[oid.bool]: (text) => text === 't',
	[oid.bytea]: bytes,
	[oid.int8]: wholeNumber,
	[oid.int2]: Number,
	[oid.int4]: Number,
	[oid.oid]: Number,
	[oid.float4]: Number,
	[oid.float8]: Number,
	[oid.json]: fromJson,
	[oid.jsonb]: fromJson,
	[oid.timestamptz]: instant,
	[oid.date]: asText,
	[oid.timestamp]: asText,
	[oid.interval]: asText,
};

/** Array type -> type of its elements, for the driver that does not ask the database for this. */
export const elementTypes: Readonly<Record<number, number>> = {
	199: oid.json,
	1000: oid.bool,
	1001: oid.bytea,
	1002: 18, // char
	1003: 19, // name
	1005: oid.int2,
	1007: oid.int4,
	1009: 25, // text
	1014: 1042, // bpchar
	1015: 1043, // varchar
	1016: oid.int8,
	1021: oid.float4,
	1022: oid.float8,
	1028: oid.oid,
	1115: oid.timestamp,
	1182: oid.date,
	1183: 1083, // time
	1185: oid.timestamptz,
	1187: oid.interval,
	1231: 1700, // numeric
	2951: 2950, // uuid
	3807: oid.jsonb,
};

/** Session settings that the texts above depend on; the embedded database is built with them. */
export const sessionSettings = [
	"set time zone 'UTC'",
	"set datestyle = 'ISO'",
	"set intervalstyle = 'postgres'",
	'set extra_float_digits = 1',
	"set bytea_output = 'hex'",
].join('; ');

/** The parameters, if both databases would read them alike. */
export function checkedParams(params: readonly unknown[]): unknown[] {
	params.forEach((param, index) => {
		const reason = reasonAgainst(param);
		if (reason !== null) throw new TypeError(`Parameter $${index + 1} ${reason}`);
	});
	return [...params];
}

function reasonAgainst(param: unknown): string | null {
	if (param === null || param instanceof Uint8Array) return null;
	if (Array.isArray(param)) return param.map(reasonAgainst).find((found) => found !== null) ?? null;
	if (param === undefined) return 'is undefined: pass null where nothing is meant';
	if (param instanceof Date) return 'is a Date: pass an ISO string';
	if (typeof param === 'object') return 'is an object: pass JSON text with ::jsonb';
	return null;
}

const instantInUtc = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?\+00$/;

/** Times are compared as strings, so all have three decimals; microseconds are cut off, not rounded. */
function instant(text: string): string {
	const parts = instantInUtc.exec(text);
	if (parts === null) throw new RangeError(`Not a time this system can keep: ${text}`);
	return `${parts[1]}T${parts[2]}.${(parts[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`;
}

function wholeNumber(text: string): number {
	const value = Number(text);
	if (!Number.isSafeInteger(value)) throw new RangeError(`Too large for a number: ${text}`);
	return value;
}

function bytes(text: string): Uint8Array {
	return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

function fromJson(text: string): unknown {
	return JSON.parse(text);
}

function asText(text: string): string {
	return text;
}
