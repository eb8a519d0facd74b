/**
 * A process that performs mutations as the server does, without HTTP, for `measures/door.ts`: "a bike
 * was received, with its odometer" reads a visit, writes booking, bike and notice, moves five scopes.
 */
import { createInterface } from 'node:readline';
import { instantOf } from '#sync/core/time.ts';
import { connect } from '#server/db/connect.ts';
import { sqlPort } from '#server/db/sql-port.ts';
import { perform, type Member, type World } from '#server/domain/perform.ts';
import { reactions } from '#server/domain/reactions.ts';
import { received } from './support/done.ts';
import { visitOf, workerOf, type GarageSize } from './support/cast.ts';
import type { Store } from './support/processes.ts';

export type DoorCommand = {
	/** Each of these shops is served by a caller of its own, one group after the other. */
	readonly shops: readonly number[];
	/** Visits of a shop's one worker: from this one on, so many. */
	readonly from: number;
	readonly count: number;
	readonly group: number;
};
export type DoorAnswer = { readonly ms: number };

const { store, size } = JSON.parse(process.argv[2] ?? '') as { store: Store; size: GarageSize };
const connection = await connect(store);
const world: World = {
	port: sqlPort(connection),
	now: () => instantOf(Date.now()),
	committed: () => undefined,
	reactions,
};

async function run({ shops, from, count, group }: DoorCommand): Promise<DoorAnswer> {
	const work = shops.map((s) =>
		Array.from({ length: count }, (_, index): Member => {
			const mutation = received(visitOf(size, s, 0, from + index).bookingId);
			return { actor: workerOf(s, 0).actor, mutation, hash: `bytes of ${mutation.id}` };
		}),
	);
	const began = performance.now();
	await Promise.all(
		work.map(async (members) => {
			for (let sent = 0; sent < members.length; sent += group) {
				const outcomes = await perform(world, members.slice(sent, sent + group));
				const odd = outcomes.find((each) => each.status !== 'applied');
				if (odd) throw new Error(`not applied: ${JSON.stringify(odd)}`);
			}
		}),
	);
	return { ms: performance.now() - began };
}

process.once('SIGTERM', () => void connection.close().then(() => process.exit(0)));
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin }))
	process.stdout.write(`${JSON.stringify(await run(JSON.parse(line) as DoorCommand))}\n`);
