/** Something done again and again, each time so long after the last time ended. */
export type Beat = { readonly everyMs: number; readonly work: () => Promise<unknown> };

/**
 * Starts the beats. One that fails is told and beats on: what it does is due the next time as well.
 * `stop` waits for those that are at work.
 */
export function startBeats(
	beats: readonly Beat[],
	failed: (error: unknown) => void,
): { readonly stop: () => Promise<void> } {
	let stopped = false;
	const waiting = new Set<NodeJS.Timeout>();
	const working = new Set<Promise<void>>();

	function later(beat: Beat): void {
		const timeout = setTimeout(() => {
			waiting.delete(timeout);
			const work = beat
				.work()
				.then(() => undefined, failed)
				.finally(() => {
					working.delete(work);
					if (!stopped) later(beat);
				});
			working.add(work);
		}, beat.everyMs);
		waiting.add(timeout);
	}

	for (const beat of beats) later(beat);
	return {
		async stop() {
			stopped = true;
			for (const timeout of waiting) clearTimeout(timeout);
			await Promise.all(working);
		},
	};
}
