import type { Actor } from '#sync/core/actor.ts';
import { addMinutes, type Instant } from '#sync/core/time.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import type { ArgsOf, MutatorName } from '#sync/registry.ts';
import { plant } from '#server/db/plant.ts';
import { reactions } from '#server/domain/reactions.ts';
import { perform, type Member, type Outcome, type World } from '#server/domain/perform.ts';
import { ashasBike, castRows, everybody, id, lakshmiMotors, monday, service } from './cast.ts';
import type { TestPort } from './ports.ts';

/** The cast's world behind the door, on any database, at ten on Monday. */
export type Door = {
	readonly world: World;
	now: Instant;
	/** Performs one mutation as somebody; ids are counted up. */
	readonly as: <N extends MutatorName>(
		actor: Actor,
		name: N,
		args: ArgsOf<N>,
		more?: Partial<Member>,
	) => Promise<Outcome>;
	/** A report about a visit, of something that was done earlier. */
	readonly reported: (
		actor: Actor,
		name: MutatorName,
		visit: { readonly bookingId: string },
		at: Instant,
	) => Promise<Outcome>;
	/** The counters that the last commits told. */
	readonly poked: Record<string, number>[];
};

let count = 0;
export const nextId = (): string => id('booking', (count += 1) + 10_000);

export async function openDoor(test: Pick<TestPort, 'port' | 'addUsers'>): Promise<Door> {
	await test.addUsers(Object.values(everybody).map((each) => String(each.userId)));
	await plant(test.port, castRows());
	const poked: Record<string, number>[] = [];
	const door: Door = {
		now: monday,
		poked,
		world: {
			port: test.port,
			now: () => door.now,
			committed: (heads) => void poked.push({ ...heads }),
			reactions,
		},
		as: async (actor, name, args, more = {}) => {
			const member = aMember(actor, aMutation(name, args, door.now), more);
			const [outcome] = await perform(door.world, [member]);
			return outcome as Outcome;
		},
		reported: async (actor, name, { bookingId }, at) => {
			const [outcome] = await perform(door.world, [
				aMember(actor, aMutation(name, { bookingId }, at)),
			]);
			return outcome as Outcome;
		},
	};
	return door;
}

export const aMutation = (name: string, args: unknown, at: Instant): Mutation => ({
	id: nextId(),
	name,
	version: 1,
	args,
	base: {},
	after: [],
	at: { wall: at, offsetMs: 0, errorMs: 0 },
});

export const aMember = (actor: Actor, mutation: Mutation, more: Partial<Member> = {}): Member => ({
	actor,
	mutation,
	hash: `bytes of ${mutation.id}`,
	...more,
});

/** What Asha asks for, half an hour from now or whenever else. */
export const aWish = (over: Partial<ArgsOf<'booking.request'>> = {}) => ({
	shopId: lakshmiMotors,
	vehicleId: ashasBike,
	serviceTypeIds: [service.general],
	startAt: addMinutes(monday, 60),
	...over,
});
