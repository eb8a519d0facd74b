import { roleGrant } from '#sync/access/entity.ts';
import type { Actor } from '#sync/core/actor.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Mutation, SyncRequest } from '#sync/protocol/sync.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import type { Caller } from '#server/domain/devices.ts';
import { id } from './cast.ts';
import { updated, type TestPort } from './ports.ts';

/** What a device asks: one that was never heard before, with nothing to say, unless told otherwise. */
export const aRequest = (over: Partial<SyncRequest> = {}): SyncRequest => ({
	install: null,
	era: null,
	schema: schemaVersion,
	build: 'test',
	device: { id: id('device', 1), browserId: id('browser', 1) },
	pending: over.mutations?.length ?? 0,
	cursors: {},
	mutations: [],
	asking: [],
	seen: [],
	...over,
});

/** A mutation as it lies in an outbox. */
export const sent = (seq: number, mutation: Mutation) => ({ seq, text: JSON.stringify(mutation) });

/** What is left in the outbox of a mutation that its person took back. */
export const withdrawalOf = ({ id: mutationId, at }: Mutation): Mutation => ({
	id: mutationId,
	name: 'withdrawn',
	version: 1,
	args: {},
	base: {},
	after: [],
	at,
});

let plates = 0;
/** A bike that nobody has yet. */
export const aNewBike = () => ({
	registrationNumber: `KA01AB${String((plates += 1)).padStart(4, '0')}`,
	make: 'TVS',
	model: 'Apache',
	class: 'sport' as const,
});

/** A connection with a session, as it was when the request came. */
export const aCaller = (over: Partial<Caller> = {}): Caller => ({
	sessionId: id('grant', 71),
	newSealKey: () => 'a key',
	isSignedIn: () => Promise.resolve(true),
	mayBegin: () => Promise.resolve(),
	...over,
});

/** Takes a person's grants back, as when he leaves a shop. */
export async function endGrants(test: TestPort, actor: Actor, revokedAt: Instant): Promise<void> {
	const rows = await test.port.list(roleGrant, { userId: actor.userId });
	await test.write(updated(roleGrant, ...rows.map((each) => ({ ...each, revokedAt }))));
}
