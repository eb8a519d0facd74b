import * as bookingLaws from './booking/laws.ts';
import type { RowLaw } from './core/law.ts';
import * as jobLaws from './job/laws.ts';
import * as workerLaws from './worker/laws.ts';

/**
 * Every law about rows. Those about the log, devices and counters, which only a server keeps, are in
 * server/laws/books.ts; server/laws/all.ts lists both.
 */
export const rowLaws: readonly RowLaw[] = [
	...Object.values(bookingLaws),
	...Object.values(jobLaws),
	...Object.values(workerLaws),
];
