/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call -- `ask` has checked every answer against its route's schema. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routesOf } from '#server/app.ts';
import { shopId } from '#server/demo/cast.ts';
import { idOf } from '#server/demo/cast.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';

let server: TestServer;
beforeAll(async () => {
	server = await aServer();
});
afterAll(() => server.close());

const people = { customer: 101, worker: 21, owner: 11, admin: 1 } as const;
type Person = keyof typeof people;
const everybody: readonly Person[] = ['customer', 'worker', 'owner', 'admin'];

const anyone = 'anyone';

const time = '2026-11-25T04:30:00.000Z';
const id = randomUUID();
const phoneNumber = '+919876543210';

/** Written by hand, not read from the routes: this is what was promised. */
const promised: Readonly<Record<string, readonly Person[] | typeof anyone>> = {
	'GET /api/health/live': anyone,
	'GET /api/health/ready': anyone,
	'POST /api/auth/phone-number/send-otp': anyone,
	'POST /api/auth/phone-number/verify': anyone,
	'POST /api/auth/sign-out': everybody,
	'GET /api/auth/sessions': everybody,
	'POST /api/auth/sessions/end': everybody,
	'GET /api/me': everybody,
	'GET /api/shops': anyone,
	'GET /api/shops/:id': anyone,
	'GET /api/shops/:id/slots': anyone,
	'GET /api/vehicles': ['customer'],
	'POST /api/vehicles': ['customer'],
	'POST /api/bookings/create': ['customer', 'owner'],
	'GET /api/bookings': ['customer', 'worker', 'owner'],
	'GET /api/bookings/:id': everybody,
	'PUT /api/bookings/:id/confirm': ['customer'],
	'POST /api/bookings/:id/auto-assign': ['customer', 'owner', 'admin'],
	'POST /api/bookings/:id/received': ['worker', 'owner'],
	'GET /api/worker/jobs': ['worker'],
	'POST /api/worker/jobs/:id/accept': ['worker'],
	'POST /api/worker/jobs/:id/decline': ['worker'],
	'PUT /api/worker/jobs/:id/status': ['worker', 'owner'],
	'PUT /api/services/:id/status': ['worker', 'owner'],
	'POST /api/services/start': ['worker', 'owner'],
	'POST /api/services/:id/complete': ['worker', 'owner'],
	'POST /api/sync': everybody,
	'GET /api/sync/live': everybody,
	'GET /api/devices': everybody,
	'POST /api/devices/:id/revoke': everybody,
	'GET /api/devices/:id/seal-key': everybody,
	'GET /api/devices/:id/standing': anyone,
	'PUT /api/blobs/:sha256': everybody,
	'GET /api/blobs/:sha256': everybody,
	'GET /api/demo/outbox': anyone,
	'GET /api/demo/clock': anyone,
	'POST /api/demo/clock': anyone,
	'POST /api/demo/reset': anyone,
};

/** Bodies that get past the reading, so that only the right to ask is in question. */
const bodies: Readonly<Record<string, unknown>> = {
	'POST /api/auth/phone-number/send-otp': { phoneNumber },
	'POST /api/auth/phone-number/verify': { phoneNumber, code: '123456' },
	'POST /api/auth/sessions/end': { id },
	'POST /api/vehicles': {
		registrationNumber: 'KA05MM0001',
		make: 'TVS',
		model: 'XL',
		class: 'commuter',
	},
	'POST /api/bookings/create': { shopId: id, vehicleId: id, serviceIds: [id], start: time },
	'POST /api/worker/jobs/:id/decline': { reason: 'ill' },
	'PUT /api/worker/jobs/:id/status': { status: 'in_progress' },
	'PUT /api/services/:id/status': { status: 'billed' },
	'POST /api/services/start': { jobId: id },
	'POST /api/demo/clock': { advanceSeconds: 0 },
};
const queries: Readonly<Record<string, string>> = {
	'GET /api/shops/:id/slots': `?date=2026-11-24&services=${id}`,
	'GET /api/demo/outbox': '?phone=%2B919876543210',
};
const endsSomething = ['POST /api/auth/sign-out', 'POST /api/demo/reset', 'GET /api/sync/live'];

function ask(route: string, as?: number) {
	const [method = '', path = ''] = route.split(' ');
	const filled =
		path.replace(':id', id).replace(':sha256', '0'.repeat(64)) + (queries[route] ?? '');
	const body = method === 'GET' ? undefined : (bodies[route] ?? {});
	return server.ask(method, filled, {
		...(as === undefined ? {} : { as }),
		...(body === undefined ? {} : { body }),
	});
}

describe('who may call what', () => {
	it('is promised for every route there is, and for no other', () => {
		const routes = routesOf({ demo: {} as never }).map(({ method, path }) => `${method} ${path}`);
		expect(routes.toSorted()).toEqual(Object.keys(promised).toSorted());
	});

	it('is what the description of the API lists', async () => {
		const { body } = await server.ask('GET', '/api/openapi.json');
		const described = Object.entries(body.paths as Record<string, object>).flatMap(
			([path, methods]) =>
				Object.keys(methods).map(
					(each) => `${each.toUpperCase()} ${path.replace(/\{(\w+)\}/, ':$1')}`,
				),
		);
		expect(described.toSorted()).toEqual(Object.keys(promised).toSorted());
		expect(body.openapi).toBe('3.1.0');
	});

	const closed = Object.keys(promised).filter((each) => promised[each] !== anyone);
	it.each(closed)('%s: nobody without a session', async (route) => {
		expect(await ask(route)).toMatchObject({ status: 401, body: { code: 'not_signed_in' } });
	});

	const open = Object.keys(promised).filter((each) => promised[each] === anyone);
	it.each(open.filter((each) => !endsSomething.includes(each)))(
		'%s: also without a session',
		async (route) => {
			expect([401, 403]).not.toContain((await ask(route)).status);
		},
	);

	describe.each(everybody)('a %s', (person) => {
		it.each(closed.filter((each) => !endsSomething.includes(each)))('%s', async (route) => {
			const allowed = (promised[route] as readonly Person[]).includes(person);
			const { status, body } = await ask(route, people[person]);
			if (allowed) expect([401, 403]).not.toContain(status);
			else expect({ status, code: body.code }).toEqual({ status: 403, code: 'not_allowed' });
			expect(status).toBeLessThan(500);
		});
	});

	it('knows nobody whose session is made up', async () => {
		for (const token of ['x', 'x.y', `${'a'.repeat(32)}.${'b'.repeat(43)}=`, '../../etc/passwd'])
			expect((await server.ask('GET', '/api/me', { as: token })).status).toBe(401);
		const cookie = { cookie: `moto.session=${'a'.repeat(32)}.${'b'.repeat(44)}` };
		expect((await server.ask('GET', '/api/me', { headers: cookie })).status).toBe(401);
	});
});

describe("somebody else's visit", () => {
	/** Asha's, in shop 1, where Meena has the job. */
	const booking = idOf('booking today confirmed');
	const job = idOf('job today confirmed');
	const parties = [101, 11, 21, 22] as const;
	const strangers = [102, 12, 24] as const;

	const acts: readonly (readonly [route: string, body?: unknown])[] = [
		[`GET /api/bookings/${booking}`],
		[`PUT /api/bookings/${booking}/confirm`, {}],
		[`POST /api/bookings/${booking}/auto-assign`, {}],
		[`POST /api/bookings/${booking}/received`, {}],
		[`POST /api/worker/jobs/${job}/accept`, {}],
		[`POST /api/worker/jobs/${job}/decline`, { reason: 'no' }],
		[`PUT /api/worker/jobs/${job}/status`, { status: 'in_progress' }],
		[`PUT /api/worker/jobs/${job}/status`, { status: 'billed' }],
		[`PUT /api/services/${job}/status`, { status: 'completed' }],
		['POST /api/services/start', { bookingId: booking }],
		['POST /api/services/start', { jobId: job }],
		[`POST /api/services/${job}/complete`, {}],
	];

	it.each(strangers.flatMap((as) => acts.map(([route, body]) => [as, route, body] as const)))(
		'is not there for %d: %s',
		async (as, route, body) => {
			const [method = '', path = ''] = route.split(' ');
			const { status } = await server.ask(method, path, { as, ...(body ? { body } : {}) });
			expect([403, 404]).toContain(status);
		},
	);

	it('is there for its parties', async () => {
		for (const as of parties)
			expect((await server.ask('GET', `/api/bookings/${booking}`, { as })).status).toBe(200);
	});

	it('is in the lists of its parties and of nobody else', async () => {
		for (const as of [...parties, ...strangers]) {
			const { body } = await server.ask('GET', '/api/bookings', { as });
			const listed = body.bookings.some((each: { id: string }) => each.id === booking);
			expect([as, listed]).toEqual([as, (parties as readonly number[]).includes(as)]);
		}
	});

	it('does not show its bike to others, not even by its class', async () => {
		const bike = idOf('bike 101 1');
		const service = idOf('service 1 Oil change');
		const path = `/api/shops/${shopId(1)}/slots?date=2026-11-24&services=${service}&vehicleId=${bike}`;
		expect((await server.ask('GET', path, { as: 101 })).status).toBe(200);
		expect((await server.ask('GET', path, { as: 102 })).status).toBe(404);
		expect((await server.ask('GET', path)).status).toBe(404);
	});
});
