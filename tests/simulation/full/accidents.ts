import { roleGrant, type RoleGrant } from '#sync/access/entity.ts';
import type { World } from '#server/domain/perform.ts';
import type { Random } from '../random.ts';
import { look, takeBack } from '../taps.ts';
import type { Accident, FullPhone, FullWorld } from './scene.ts';
import { byAny } from './servers.ts';
import { strikeKinds, isTransient } from './strikes.ts';
import { endSessions } from './town.ts';

/** One of the next statements goes wrong; what is tried again may go wrong more often than that. */
const strike: Accident = ({ random, strikes }) => {
	const kind = random.pick(strikeKinds);
	const times = isTransient(kind) ? random.pick([1, 1, 2, 6]) : 1;
	strikes.arm({ strike: kind, nth: 1 + random.below(25), times, atCommit: false });
};

/** One of the next commits does: before it is through, or before anybody hears that it is. */
const strikeCommit: Accident = ({ random, strikes }) => {
	const kind = random.pick(strikeKinds.filter((each) => each.kind !== 'ghost'));
	strikes.arm({ strike: kind, nth: 1 + random.below(4), times: 1, atCommit: true });
};

/** Another server changes a row between the reading and the writing of it. */
const changeElsewhere: Accident = ({ random, strikes }) => {
	strikes.arm({ strike: { kind: 'ghost' }, nth: 1 + random.below(3), times: 1, atCommit: false });
};

const replaceServers: Accident = ({ servers, broken }) => {
	servers.replaceDead().catch(broken);
};

const fillServersDisk: Accident = ({ strikes }) => {
	strikes.diskIsFull = !strikes.diskIsFull;
};

/** Its owner is signed out everywhere, maybe in the middle of a batch. */
const endSession: Accident = (world, { actor }) => {
	byAny(world, ({ connection }) => endSessions(connection, actor));
};

/** Who works at the shop leaves it, or comes back. */
const leaveOrReturn: Accident = (world, { actor }) => {
	byAny(world, (server) => turnGrants(server.world, String(actor.userId)));
};

async function turnGrants(world: World, userId: string): Promise<void> {
	await world.port.transaction(async (tx) => {
		const all = (await tx.list(roleGrant, { userId })) as unknown as readonly RoleGrant[];
		const rows = all
			.filter((each) => each.role !== 'customer')
			.map((each) => ({ ...each, revokedAt: each.revokedAt === null ? world.now() : null }));
		if (rows.length > 0) await tx.flush([{ entity: roleGrant, kind: 'update', rows }]);
	});
}

/** Nothing that ever left a scope is known any more. */
const forgetTombstones: Accident = (world) => {
	byAny(world, ({ world: { port, now } }) => port.sweepGone(now()));
};

const takeSomethingBack: Accident = ({ random }, phone) => takeBack(phone, random);
const lookAtSomething: Accident = ({ random }, phone) => look(phone, random);

const accidents = {
	...{
		strike,
		strikeCommit,
		changeElsewhere,
		replaceServers,
		fillServersDisk,
		endSession,
		leaveOrReturn,
		forgetTombstones,
	},
	...{ takeSomethingBack, lookAtSomething },
};
export type FullAccidentName = keyof typeof accidents;

/** A few kinds in each seed, so that what comes of one is not hidden by another. */
export function accidentsOf(
	random: Random,
	only: readonly FullAccidentName[] | undefined,
): readonly Accident[] {
	const some = Object.values(accidents).filter(() => random.chance(0.4));
	return only ? only.map((name) => accidents[name]) : [...some, strike];
}

/** Something happens that is no tap and no weather. */
export async function happen(world: FullWorld, phone: FullPhone): Promise<void> {
	const { servers, random, accidents: known } = world;
	if (phone.device.status().network === 'signed_out') {
		await world.signIn(phone);
		phone.device.wake();
	} else if (servers.all.some((each) => !each.alive)) await replaceServers(world, phone);
	else await random.pick(known)(world, phone);
}
