import { randomUUID } from 'node:crypto';
import {
	mutationsMax,
	pushBytesMax,
	type Mutation,
	type SyncRequest,
} from '#sync/protocol/sync.ts';
import { townBegins } from '#tests/support/app.ts';
import { sent } from '#tests/support/requests.ts';

let plates = 0;
/** A customer's honest tap, or what somebody made of it. */
export const aTap = (over: object = {}): Mutation => ({
	id: randomUUID(),
	name: 'vehicle.add',
	version: 1,
	args: {
		registrationNumber: `KA09ZZ${String((plates += 1)).padStart(4, '0')}`,
		make: 'TVS',
		model: 'XL',
		class: 'commuter',
	},
	base: {},
	after: [],
	at: { wall: townBegins, offsetMs: 0, errorMs: 0 },
	...over,
});
/** A request as somebody may write it who does not care for its types. */
export type Wire = Omit<SyncRequest, 'mutations' | 'cursors'> & {
	mutations: unknown;
	cursors: unknown;
};

export const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const textOf = (args: string) => JSON.stringify(aTap()).replace(/"args":\{.*?\}/, `"args":${args}`);

/** Requests that are refused whole, and how. */
export const wrong: readonly (readonly [
	what: string,
	status: number,
	over: Partial<Wire> | string,
])[] = [
	['no JSON', 400, '{"install":'],
	['another thing', 400, '[]'],
	['unknown keys', 400, { ...({ sudo: true } as object) }],
	[
		'10,000 mutations',
		400,
		{ mutations: Array.from({ length: 10_000 }, () => ({ seq: 1, text: '' })) },
	],
	[
		'one mutation too many',
		400,
		{ mutations: Array.from({ length: mutationsMax + 1 }, (_, n) => sent(n + 1, aTap())) },
	],
	['the number 0', 400, { mutations: [sent(0, aTap())] }],
	['a negative number', 400, { mutations: [sent(-1, aTap())] }],
	['half a number', 400, { mutations: [sent(1.5, aTap())] }],
	['a number beyond all', 400, { mutations: [sent(2 ** 53, aTap())] }],
	['a number as text', 400, { mutations: [{ seq: '1', text: '{}' }] }],
	['a text that is none', 400, { mutations: [{ seq: 1, text: { id: 1 } }] }],
	['a negative cursor', 400, { cursors: { 'customer:1': -1 } }],
	['a cursor beyond all', 400, { cursors: { 'customer:1': 2 ** 53 } }],
	['a prototype for a scope', 400, '{"cursors":{"__proto__":1}}'],
	[
		'too many scopes',
		400,
		{
			cursors: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`customer:${n}`, 0])),
		},
	],
	['a shape that is none', 400, { schema: 0 }],
	['a device that is none', 400, { device: { id: '1', browserId: '2' } }],
	['too many questions', 400, { asking: Array.from({ length: 51 }, () => randomUUID()) }],
	[
		'50 mutations of the largest size',
		413,
		{
			mutations: Array.from({ length: 50 }, (_, n) => ({
				seq: n + 1,
				text: 'x'.repeat(pushBytesMax),
			})),
		},
	],
];

const loop = [randomUUID(), randomUUID()] as const;
/** Texts of mutations that are nonsense, and how each ends. */
export const texts: readonly (readonly [what: string, end: string, text: string])[] = [
	['no JSON', 'not_understood', '{"id":'],
	['nothing', 'not_understood', ''],
	['a number', 'not_understood', '7'],
	['null', 'not_understood', 'null'],
	['nesting without end', 'not_understood', nested(100_000)],
	['nesting inside its arguments', 'not_understood', textOf(nested(200))],
	['a NUL inside', 'not_understood', textOf('{"make":"\\u0000"}')],
	['half a surrogate pair inside', 'not_understood', textOf('{"make":"\\ud800"}')],
	['a prototype inside', 'not_understood', textOf('{"__proto__":{"class":"sport"}}')],
	['unknown keys', 'not_understood', JSON.stringify({ ...aTap(), admin: true })],
	['unknown arguments', 'not_understood', JSON.stringify(aTap({ args: { free: true } }))],
	['version 0', 'not_understood', JSON.stringify(aTap({ version: 0 }))],
	['an id in capitals', 'not_understood', JSON.stringify(aTap({ id: randomUUID().toUpperCase() }))],
	['a name out of the prototype', 'parked', JSON.stringify(aTap({ name: 'constructor' }))],
	['a name nobody knows', 'parked', JSON.stringify(aTap({ name: 'bike.fly' }))],
	['a version nobody knows', 'parked', JSON.stringify(aTap({ version: 999 }))],
	[
		'what only the system may',
		'not_allowed',
		JSON.stringify(aTap({ name: 'booking.expire', args: { bookingId: randomUUID() } })),
	],
	[
		'what is not there',
		'not_found',
		JSON.stringify(aTap({ name: 'booking.confirm', args: { bookingId: randomUUID() } })),
	],
	['the largest text', 'not_understood', 'x'.repeat(pushBytesMax)],
	[
		'what depends on itself',
		'applied',
		JSON.stringify(aTap({ id: loop[0], after: [loop[0], loop[1]] })),
	],
	[
		'what depends on what comes later',
		'applied',
		JSON.stringify(aTap({ id: loop[1], after: [loop[0], randomUUID()] })),
	],
	[
		'too many dependencies',
		'not_understood',
		JSON.stringify(aTap({ after: Array.from({ length: 101 }, () => randomUUID()) })),
	],
	[
		'a year nobody lives in',
		'not_understood',
		JSON.stringify(aTap({ at: { wall: '0000-01-01T00:00:00.000Z', offsetMs: 0, errorMs: 0 } })),
	],
	[
		'a clock beyond all',
		'not_understood',
		JSON.stringify(aTap({ at: { wall: townBegins, offsetMs: 1e300, errorMs: 0 } })),
	],
];
