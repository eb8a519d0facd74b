/** Something done again and again, each time so long after the last time ended. */
export type Beat = {
	readonly everyMs: number;
	readonly work: () => Promise<unknown>;
	/** The first time is now, not after a while. */
	readonly atOnce?: true;
};

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

	function later(beat: Beat, ms: number): void {
		const timeout = setTimeout(() => {
			waiting.delete(timeout);
			const work = beat
				.work()
				.then(() => undefined, failed)
				.finally(() => {
					working.delete(work);
					if (!stopped) later(beat, beat.everyMs);
				});
			working.add(work);
		}, ms);
		waiting.add(timeout);
	}

	for (const beat of beats) later(beat, beat.atOnce ? 0 : beat.everyMs);
	return {
		async stop() {
			stopped = true;
			for (const timeout of waiting) clearTimeout(timeout);
			await Promise.all(working);
		},
	};
}
