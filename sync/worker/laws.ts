import { overlapping, sharing, type RowLaw } from '../core/law.ts';
import { assignment, job, type JobStatus } from '../job/entity.ts';
import { isLive } from '../job/rules.ts';
import { workerTime } from './entity.ts';
import { isOpenJobClock } from './rules.ts';

export const workerInOnePlace: RowLaw = {
	name: 'worker_in_one_place',
	number: 5,
	says: 'A worker is planned in one place at a time, unless somebody doubled him up knowingly.',
	about: [assignment],
	broken: ({ rows }) => {
		const live = rows(assignment).filter((each) => isLive(each) && !each.overbook);
		return overlapping(live, (each) => each.workerId);
	},
};

export const oneOpenClock: RowLaw = {
	name: 'one_open_clock',
	number: 5,
	says: 'A worker has one clock of a kind running at a time.',
	about: [workerTime],
	broken: ({ rows }) =>
		sharing(rows(workerTime), (row) =>
			row.endedAt === null ? `${row.workerId} ${row.kind}` : null,
		),
};

/** A clock may run on while the customer is asked about an extra repair. */
const begunStatuses: readonly JobStatus[] = ['in_progress', 'extra_repair_found'];

export const clockRunsOnBegunWork: RowLaw = {
	name: 'clock_runs_on_begun_work',
	number: 12,
	says: "A worker's clock runs on work that has begun and has not ended.",
	about: [workerTime, job],
	broken: ({ rows, find }) =>
		rows(workerTime).flatMap((row) => {
			const work = find(job, row.jobId);
			if (!work || !isOpenJobClock(row) || begunStatuses.includes(work.status)) return [];
			return [{ ids: [row.id, work.id], states: [work.status] }];
		}),
};
