import pg from 'pg';
import { pino } from 'pino';
import { connect } from '#server/db/connect.ts';
import { openServer } from '#server/open.ts';
import { addDays, instantOf, localDay } from '#sync/core/time.ts';
import type { Contender, Measure } from '../support/contest.ts';
import { done, received } from '../support/done.ts';
import { serviceId, shopId, visitOf, workerOf, type GarageSize } from '../support/cast.ts';
import type { Place } from '../support/place.ts';
import { aWire } from '../support/wire.ts';

const size: GarageSize = { shops: 1, workersPerShop: 1, visitsPerWorker: 100 };
const nothing = 'a request that brings and finds nothing';
const single = 'a request with one report';
const ten = 'a request with ten reports';
const fifty = 'a request with fifty reports';
const yes = 'a request with one "I take it", which goes alone';
const slots = 'the slots of a day';

/**
 * What goes to the database for one request, sign-in, `begin` and `commit` included; not the
 * hint to neighbours. A busy machine does not change this figure.
 */
export const statements: Measure = {
	name: 'statements',
	title: 'Statements of the database for one request',
	meanings: Object.fromEntries(
		[nothing, single, ten, fifty, yes, slots].map((what) => [what, { unit: 'statements' }]),
	),
	rounds: 0,
	contenders: (place) => [() => ours(place)],
};

async function ours(place: Place): Promise<Contender> {
	const connection = await connect(await place.aGarage('postgres', size));
	const { app } = await openServer({
		connection,
		log: pino({ level: 'silent' }),
		wall: Date.now,
		authSecret: 'a secret for the bench, long enough to be one',
		publicUrl: new URL('http://localhost'),
		...{ behindProxy: false, origins: [], buildDir: null, demo: null, sms: null },
	});
	const ask = (async (url: string, init?: RequestInit) => app.request(url, init)) as typeof fetch;
	const who = workerOf(0, 0);
	const wire = aWire('', who, ask);
	const headers = { authorization: `Bearer ${who.token}` };
	const day = addDays(localDay('Asia/Kolkata', instantOf(Date.now())), 1);
	const query = `date=${day}&services=${serviceId(0)}`;
	await wire.greet();
	let used = 0;
	const next = (count: number) =>
		Array.from({ length: count }, () => visitOf(size, 0, 0, (used += 1) - 1));
	const reports = (count: number) => next(count).map(({ bookingId }) => received(bookingId));
	return {
		side: 'postgres',
		async run() {
			if (used > 0) throw new Error('there are visits for one run only');
			const [first] = next(1);
			return {
				[nothing]: await counted(() => wire.pull()),
				[single]: await counted(() => wire.push(reports(1))),
				[ten]: await counted(() => wire.push(reports(10))),
				[fifty]: await counted(() => wire.push(reports(50))),
				[yes]: await counted(() => wire.push([done('job.accept', { jobId: first?.jobId })])),
				[slots]: await counted(() => ask(`/api/shops/${shopId(0)}/slots?${query}`, { headers })),
			};
		},
		close: () => connection.close(),
	};
}

/** Tells the neighbours, some time after a commit and for several at once: of no request's own. */
const isHint = (asked: unknown): boolean =>
	typeof asked === 'object' && asked !== null && 'text' in asked
		? String(asked.text).includes('pg_notify')
		: String(asked).includes('pg_notify');

/** How many statements the driver sends meanwhile, whoever asks for them. */
async function counted(work: () => Promise<unknown>): Promise<number> {
	let count = 0;
	const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
	const { query } = prototype;
	prototype.query = function (this: unknown, ...args) {
		if (!isHint(args[0])) count += 1;
		return query.apply(this, args);
	};
	try {
		await work();
	} finally {
		prototype.query = query;
	}
	return count;
}
