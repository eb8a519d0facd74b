import { RuleCrash } from './crashes.ts';
import { performOne, type Task } from './one.ts';

/**
 * Lets the members of a group run beside each other once, for what they read alone: what all of them
 * need is then asked of the database together, in a few statements for the whole group instead of
 * some ten for each. What they do, tell or crash on here is dropped. The performance that counts
 * follows in order, on the rows that are now remembered, and reads for itself what an earlier
 * member's changes make it need. An outage is one here as well.
 */
export async function rehearse(tasks: readonly Task[]): Promise<void> {
	if (tasks.length < 2) return;
	const ends = await Promise.allSettled(
		tasks.map((task) => performOne({ ...task, work: task.work.beside() })),
	);
	for (const end of ends)
		if (end.status === 'rejected' && !(end.reason instanceof RuleCrash)) throw end.reason;
}
