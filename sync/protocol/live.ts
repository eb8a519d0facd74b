/** What `GET /api/sync/live` says, one JSON object a line. The stream tells that, never what. */
export type LiveEvent =
	| {
			/** Said at once, before the counters are read: those come in a `heads`. */
			readonly kind: 'hello';
			readonly install: string;
			readonly era: number;
			readonly heads: Heads;
	  }
	| { readonly kind: 'poke'; readonly heads: Heads }
	| { readonly kind: 'heads'; readonly heads: Heads }
	| { readonly kind: 'bye'; readonly retryMs: number };

/** Counter of each scope. */
export type Heads = Readonly<Record<string, number>>;

export const heartbeatSeconds = 25;
/** A stream that said nothing for so long is dead, whatever the browser believes. */
export const watchdogSeconds = 60;
/** `POST /api/sync?wait=` holds a question without news no longer. */
export const waitSecondsMax = 25;
