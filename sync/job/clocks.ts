import type { Context } from '../core/mutator.ts';
import { workerTime } from '../worker/entity.ts';
import { isOpenJobClock, stopClock } from '../worker/rules.ts';

/** His clock runs on this job from now on, and on no other: he has two hands. */
export async function pauseOtherWork(
	{ store, at, newId }: Context<'both'>,
	workerId: string,
	jobId: string,
): Promise<void> {
	const running = await store.list(workerTime, { workerId, endedAt: null });
	for (const each of running.filter(isOpenJobClock)) store.update(workerTime, stopClock(each, at));
	const id = newId();
	store.insert(workerTime, { id, workerId, jobId, kind: 'job', startedAt: at, endedAt: null });
}

/** Whoever worked on the job or waited for it does so no longer. */
export async function stopClocks({ store, at }: Context<'both'>, jobId: string): Promise<void> {
	const running = await store.list(workerTime, { jobId, endedAt: null });
	for (const each of running) store.update(workerTime, stopClock(each, at));
}
