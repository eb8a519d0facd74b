import { TryAgain, type Port, type PortTransaction, type Write } from '#server/db/port.ts';
import type { Row } from '#sync/core/entity.ts';
import { everybody } from '#tests/support/cast.ts';
import type { Mutant } from '../mutant.ts';

/** Bugs in what the door does with its transaction, and in what the rules write. */
export const atTheDoor: readonly Mutant[] = [
	{
		name: 'no idempotency: a repeat is performed again',
		port: inTransaction((tx) => ({
			...tx,
			claim: async (claims) => {
				await tx.claim(claims);
				return new Set(claims.map((each) => each.id));
			},
		})),
	},
	{
		name: 'lost seq: how far a device has come is not written down',
		port: inTransaction((tx) => ({
			...tx,
			flush: (writes) =>
				tx.flush(
					writes.filter(({ entity, kind }) => entity.name !== 'device' || kind === 'insert'),
				),
		})),
	},
	{
		name: 'ack before commit: an answer is given for what was rolled back',
		port: (port) => ({ ...port, transaction: (work) => answeredTooEarly(port, work) }),
	},
	{
		name: 'no retry: what lost a race is taken for done',
		worlds: ['lostRaces'],
		port: (port) => ({ ...port, transaction: (work) => answeredTooEarly(port, work, TryAgain) }),
	},
	{
		name: 'device clock: a phone is believed what its clock says',
		worlds: ['jumpClock'],
		port: inTransaction((tx) => ({
			...tx,
			claim: (claims) => tx.claim(claims.map((each) => ({ ...each, eff: each.at }))),
		})),
	},
	{
		name: 'rights of the sign-in: who left the shop is told of it further on',
		worlds: ['leaveOrReturn'],
		actorKept: (userId) => ({
			userId,
			grants: Object.values(everybody).find((each) => each.userId === userId)?.grants ?? [],
		}),
	},
	{
		name: 'edges: work that begins is written down as billed',
		port: rewriting('job', (row) =>
			row['status'] === 'in_progress' ? { ...row, status: 'billed' } : row,
		),
	},
	{
		name: 'parts: a job is of another shop than its booking',
		port: rewriting('job', (row, { kind }) =>
			kind === 'insert' ? { ...row, shopId: otherShopThan(row) } : row,
		),
	},
	{
		name: 'whose it is: a job is handed on without its number being raised',
		port: rewriting('job', (row, { kind }) => (kind === 'update' ? { ...row, epoch: 1 } : row)),
	},
];

export function inTransaction(
	change: (tx: PortTransaction) => PortTransaction,
): (port: Port) => Port {
	return (port) => ({
		...port,
		transaction: (work) => port.transaction((tx) => work(change(tx))),
	});
}

function rewriting(name: string, change: (row: Row, write: Write) => Row): (port: Port) => Port {
	return inTransaction((tx) => ({
		...tx,
		flush: (writes) =>
			tx.flush(
				writes.map((write) =>
					write.entity.name === name
						? { ...write, rows: write.rows.map((row) => change(row, write)) }
						: write,
				),
			),
	}));
}

const otherShopThan = ({ shopId }: Row): string =>
	String(shopId).replace(/.$/, (last) => (last === '1' ? '2' : '1'));

/** Answers with what a group came to, although that was not committed: at once, or on this error. */
async function answeredTooEarly<T>(
	port: Port,
	work: (tx: PortTransaction) => Promise<T>,
	on?: typeof TryAgain,
): Promise<T> {
	const done: T[] = [];
	try {
		return await port.transaction(async (tx) => {
			const result = await work(tx);
			if (JSON.stringify(result ?? null).includes('"outcomes"')) done.push(result);
			if (on === undefined && done.length > 0) throw new TryAgain('planted');
			return result;
		});
	} catch (error) {
		const [result] = done;
		if (result === undefined || !(error instanceof TryAgain)) throw error;
		return result;
	}
}
