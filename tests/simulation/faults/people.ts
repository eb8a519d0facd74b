import { roleGrant, type RoleGrant } from '#sync/access/entity.ts';
import { madeId, type Accident } from '../scene.ts';

/** A session ends: at once, or when it is asked for in the middle of a batch. */
const endSession: Accident = ({ random, sessionOf }, phone) => {
	const session = sessionOf(phone);
	if (random.chance(0.5)) session.isAlive = false;
	else session.askedLeft = random.below(3);
};

/** Somebody of the staff leaves the shop, or comes back to it. What he did before stays told. */
const leaveOrReturn: Accident = (scene, phone) => {
	const { store, time, meanwhile } = scene;
	const now = time.now();
	const rows = [
		...(store.state().tables.get(roleGrant.name)?.values() ?? []),
	] as never as RoleGrant[];
	const own = rows.filter((each) => each.userId === phone.actor.userId && each.role !== 'customer');
	const live = own.find((each) => each.revokedAt === null);
	const last = own.at(-1);
	if (last === undefined) return;
	const back: RoleGrant = { ...last, id: madeId(scene, now), grantedAt: now, revokedAt: null };
	const write = live
		? { kind: 'update' as const, rows: [{ ...live, revokedAt: now }] }
		: { kind: 'insert' as const, rows: [back] };
	meanwhile(store.port.transaction((tx) => tx.flush([{ entity: roleGrant, ...write }])));
};

export const onPeople = { endSession, leaveOrReturn };
