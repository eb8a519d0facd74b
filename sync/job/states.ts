import type { Edges } from '../core/law.ts';
import type { Assignment, JobOffer, JobStatus } from './entity.ts';

/** While it is one of these, the worker's time is taken. (Apart from the entity: screens use it.) */
export const liveAssignmentStates = ['hold', 'planned', 'accepted', 'working'] as const;

/** How work may move on (docs/states.md); why no rule asks it is said at `bookingEdges`. */
export const jobEdges: Edges<JobStatus> = {
	born: ['pending'],
	from: {
		pending: ['in_progress'],
		in_progress: ['extra_repair_found', 'completed', 'stopped'],
		extra_repair_found: ['in_progress'],
		completed: ['billed'],
		billed: [],
		stopped: [],
	},
};

/** How somebody's responsibility may move on: once it has ended it stays so. */
export const assignmentEdges: Edges<Assignment['state']> = {
	born: ['hold', 'planned', 'accepted'],
	from: {
		hold: ['planned', 'released'],
		planned: ['accepted', 'working', 'released'],
		accepted: ['working', 'released'],
		working: ['done', 'released'],
		done: [],
		released: [],
	},
};

/** How an offer may move on. A yes or a no can come after its time, and a no after a yes. */
export const offerEdges: Edges<JobOffer['status']> = {
	born: ['sent', 'declined'],
	from: {
		sent: ['accepted', 'declined', 'expired', 'withdrawn'],
		accepted: ['declined'],
		expired: ['accepted', 'declined'],
		declined: [],
		withdrawn: [],
	},
};
