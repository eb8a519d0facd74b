import { systemActor } from '#sync/core/actor.ts';
import type { Refusal } from '#sync/core/rejection.ts';
import type { Instant } from '#sync/core/time.ts';
import { mutatorNamed, type MutatorName } from '#sync/registry.ts';
import { timer, type Timer } from '#sync/timer/entity.ts';
import { mutationOf } from '../domain/mutation-of.ts';
import { perform, type World } from '../domain/perform.ts';

export type Timers = {
	/**
	 * Performs everything that is due by now, and says how much that was. One that fails keeps none
	 * of the others waiting; it throws when all have had their turn, and is tried again next time.
	 */
	readonly run: () => Promise<number>;
	/** The same up to a time to come: the clock is moved from one timer to the next, then to the end. */
	readonly runUntil: (until: Instant) => Promise<number>;
	/** Does something while no timer runs: to exchange the data under them. */
	readonly between: <T>(work: () => Promise<T>) => Promise<T>;
};

export type TimersOptions = {
	readonly world: World;
	/** The id of the timer that ran out first, of those that ran out by then. */
	readonly next: (by: Instant, except: readonly string[]) => Promise<string | null>;
	/** Moves business time forward; a time that has passed changes nothing. */
	readonly moveTo: (instant: Instant) => Promise<void>;
	/** Ids that nobody can work out. */
	readonly newId: () => string;
};

/**
 * Turns run-out timers into mutations of the system, in the order in which they ran out: what one of
 * them sets in motion comes before a later one. The mutation has an id that is in the timer's row, so
 * that one which was performed just before a crash, or by another process, is not performed again,
 * only marked.
 */
export function timersOn({ world, next, moveTo, newId }: TimersOptions): Timers {
	let running: Promise<unknown> = Promise.resolve();

	async function runBy(by: () => Instant): Promise<number> {
		const failed = new Map<string, unknown>();
		let count = 0;
		for (;;) {
			const id = await next(by(), [...failed.keys()]);
			if (id === null) break;
			const [row] = (await world.port.read(timer, [id])) as unknown as Timer[];
			if (row === undefined) throw new Error('a timer vanished');
			await moveTo(row.dueAt);
			try {
				await runOut(world, row, newId);
				count += 1;
			} catch (error) {
				failed.set(id, error);
			}
		}
		if (failed.size > 0) throw new AggregateError(failed.values(), 'timers failed');
		return count;
	}

	/** One run at a time in this process. A run that fails is told to its caller, not to the next. */
	function inTurn<T>(work: () => Promise<T>): Promise<T> {
		const result = running.then(work);
		running = result.catch(() => undefined);
		return result;
	}

	return {
		between: inTurn,
		run: () => inTurn(() => runBy(world.now)),
		runUntil: (until) =>
			inTurn(async () => {
				const count = await runBy(() => until);
				await moveTo(until);
				return count;
			}),
	};
}

async function runOut(world: World, row: Timer, newId: () => string): Promise<void> {
	const now = world.now();
	let refusal = await performUnder(row.mutationId ?? row.id, world, row, now);
	if (refusal === 'key_reused' && row.mutationId === null)
		refusal = await performUnder(await otherIdFor(world, row, newId()), world, row, now);
	if (refusal === 'key_reused') throw new Error('somebody used up an id that nobody could know');
	await inRow(world, row.id, (current) => ({ ...current, ranAt: now }));
}

/**
 * A timer's id follows from a phone's, so a phone can work it out and use it up before its time, as
 * any other that would follow from it. Then one is made that cannot be known, and is kept before it
 * is used: whoever finds the timer due after that, performs the same.
 */
async function otherIdFor(world: World, { id }: Timer, made: string): Promise<string> {
	const { mutationId } = await inRow(world, id, (current) => ({
		...current,
		mutationId: current.mutationId ?? made,
	}));
	return mutationId ?? made;
}

function inRow(world: World, id: string, next: (current: Timer) => Timer): Promise<Timer> {
	return world.port.transaction(async (tx) => {
		await tx.lock([`timer:${id}`]);
		const [current] = (await tx.read(timer, [id])) as unknown as Timer[];
		if (current === undefined) throw new Error('a timer vanished');
		const row = next(current);
		await tx.flush([{ entity: timer, kind: 'update', rows: [row] }]);
		return row;
	});
}

async function performUnder(
	id: string,
	world: World,
	{ id: timerId, name, args }: Timer,
	now: Instant,
): Promise<Refusal | undefined> {
	if (mutatorNamed(name) === null) throw new Error(`a timer names ${name}, which is no mutator`);
	// A reaction wrote these for this very mutator; the door parses them like everybody else's.
	const mutation = mutationOf(name as MutatorName, args as never, { id, now });
	const member = { actor: systemActor, mutation, hash: `timer ${timerId}` };
	const [outcome] = await perform(world, [member]);
	return outcome?.refusal;
}
