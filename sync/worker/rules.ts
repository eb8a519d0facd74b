import { later, type Instant } from '../core/time.ts';
import type { Skill } from '../shop/entity.ts';
import type { Worker, WorkerTime } from './entity.ts';

/** Whether he can do all of it. */
export const hasSkills = (worker: Pick<Worker, 'skills'>, needed: readonly Skill[]): boolean =>
	needed.every((skill) => worker.skills.includes(skill));

/**
 * Stops a clock; a stopped one stays as it is. Reports of two phones may arrive out of order, so a
 * clock never stops before it began.
 */
export const stopClock = <T extends WorkerTime>(clock: T, at: Instant): T =>
	clock.endedAt === null ? { ...clock, endedAt: later(at, clock.startedAt) } : clock;

/** The clocks that run while he works on a job, as against those of his shift or of waiting. */
export const isOpenJobClock = (clock: WorkerTime): boolean =>
	clock.kind === 'job' && clock.endedAt === null;
