/**
 * The same work for many callers, one run at a time: whoever asks during a run gets the one run that
 * follows it, together with all others who asked meanwhile.
 */
export function coalesced(work: () => Promise<void>): () => Promise<void> {
	let running: Promise<void> | null = null;
	let following: Promise<void> | null = null;

	function ask(): Promise<void> {
		if (running) {
			following ??= running.then(follow, follow);
			return following;
		}
		running = work().finally(() => {
			running = null;
		});
		return running;
	}
	function follow(): Promise<void> {
		following = null;
		return ask();
	}
	return ask;
}
