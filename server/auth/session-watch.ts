/** Tells whoever is connected for long that his session has ended. */
export type SessionWatch = {
	/** Calls `ended` once when the session is no more; returns how to stop watching. */
	readonly watch: (sessionId: string, ended: () => void) => () => void;
	/** The session ended here and now. */
	readonly end: (sessionId: string) => void;
	/** Ends every watch: the server stops, or its data set was replaced. */
	readonly endAll: () => void;
	/** Asks for all watched sessions at once which of them live on. */
	readonly check: () => Promise<void>;
};

/**
 * Watches the sessions behind open connections: a session that is ended elsewhere, by another
 * process or by running out, is noticed by `check`, one query for all of them, every few seconds.
 */
export function sessionWatch(
	liveAmong: (sessionIds: readonly string[]) => Promise<ReadonlySet<string>>,
): SessionWatch {
	const watched = new Map<string, Set<() => void>>();

	function end(sessionId: string): void {
		const endings = watched.get(sessionId) ?? [];
		watched.delete(sessionId);
		for (const ended of endings) ended();
	}

	return {
		watch(sessionId, ended) {
			const endings = watched.get(sessionId) ?? new Set();
			watched.set(sessionId, endings.add(ended));
			return () => {
				endings.delete(ended);
				if (endings.size === 0 && watched.get(sessionId) === endings) watched.delete(sessionId);
			};
		},
		end,
		endAll: () => [...watched.keys()].forEach(end),
		async check() {
			const ids = [...watched.keys()];
			if (ids.length === 0) return;
			const alive = await liveAmong(ids);
			for (const id of ids) if (!alive.has(id)) end(id);
		},
	};
}
