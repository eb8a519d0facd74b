import * as z from 'zod/mini';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { mutator, type AnyMutator } from '#sync/core/mutator.ts';
import type { Ack } from '#sync/protocol/sync.ts';
import { mutators } from '#sync/registry.ts';
import { aServer } from '#tests/support/app.ts';
import { aRequest, sent } from '#tests/support/requests.ts';
import { aTap } from './nonsense.ts';

const known = mutators as Record<string, AnyMutator>;
afterEach(() => {
	delete known['bike.polish'];
});

it('performs at its start what an older server did not know, and tells the phone that asks', async () => {
	const server = await aServer();
	onTestFinished(server.close);
	const tap = aTap({ name: 'bike.polish', args: {} });
	const ask = async (over: object) => {
		const answered = await server.ask('POST', '/api/sync', {
			as: 124,
			body: aRequest(over),
		});
		expect(answered.status).toBe(200);
		return answered.body as { acks: Ack[]; verdicts?: Ack[] };
	};
	expect((await ask({ mutations: [sent(1, tap)] })).acks).toMatchObject([{ status: 'parked' }]);
	expect((await ask({ asking: [tap.id] })).verdicts).toBeUndefined();
	known['bike.polish'] = mutator({
		name: 'bike.polish',
		version: 1,
		kind: 'request',
		by: ['customer'],
		args: z.strictObject({}),
		shopOf: () => null,
		where: 'server',
		offline: 'queue',
		run: async () => ({}),
	});

	const newer = await aServer({ connection: server.connection });
	expect(await newer.open.replay()).toBe(1);

	expect((await ask({ asking: [tap.id] })).verdicts).toMatchObject([
		{ id: tap.id, seq: 1, status: 'noop' },
	]);
});
