import { ask, type Failure } from './ask.ts';

/** An answer from the server as it comes: `body` of the newest answer, else why there is none. */
export type Asked<T> = {
	readonly body: T | null;
	readonly failure: Failure | null;
	readonly again: () => void;
};

/**
 * Asks the server for the path, again whenever the path changes or the network comes back. Null asks
 * nothing. An answer that is overtaken by a newer question is dropped.
 */
export function asked<T>(path: () => string | null): Asked<T> {
	let body = $state.raw<T | null>(null);
	let failure = $state.raw<Failure | null>(null);
	let turn = $state(0);

	// Whatever the path is made of may change often; it is asked again only when the path does.
	const target = $derived(path());

	$effect(() => {
		void turn;
		body = null;
		failure = null;
		if (target === null) return;
		const overtaken = new AbortController();
		void ask<T>(target, overtaken.signal).then((answer) => {
			if (overtaken.signal.aborted) return;
			if (answer.kind === 'ok') body = answer.body;
			else failure = answer;
		});
		return () => overtaken.abort();
	});
	$effect(() => {
		const again = () => {
			if (failure !== null) turn += 1;
		};
		addEventListener('online', again);
		return () => removeEventListener('online', again);
	});

	return {
		get body() {
			return body;
		},
		get failure() {
			return failure;
		},
		again: () => {
			turn += 1;
		},
	};
}
