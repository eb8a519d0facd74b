import type { Instant } from '../core/time.ts';

type Visit = { jobId: string; bookingId: string; shopId: string };
type VisitBy = Visit & { workerId: string };

declare module '../core/mutator.ts' {
	interface Events {
		/** The shop chose a worker for a job that had none. */
		'job.assigned': VisitBy;
		/** A worker took a job that nobody had. */
		'job.taken': VisitBy;
		/** The worker whose job it is said yes. */
		'job.accepted': VisitBy;
		'job.declined': VisitBy;
		'job.started': VisitBy;
		'job.completed': VisitBy;
		'offer.sent': { offerId: string; jobId: string; workerId: string; expiresAt: Instant };
		'offer.expired': { offerId: string; jobId: string; workerId: string };
	}
}
