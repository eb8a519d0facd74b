/* eslint-disable no-restricted-syntax, no-restricted-globals --
   The phone's clock and a ticking one, for what the first screen needs: without parsers, unlike the
   other ports. */
import { instantOf, type Instant } from '#sync/core/time.ts';

/** The phone's clock as it is: it may be wrong, and it may jump. */
export const wallNow = (): Instant => instantOf(Date.now());

/** Milliseconds that passed since some moment in this tab; nobody can set them back. */
export const passedMs = (): number => performance.now();

/** Runs again and again, as long as the tab lives. */
export function every(ms: number, run: () => void): void {
	setInterval(run, ms);
}

const tooLate = (what: string, ms: number): Error =>
	new DOMException(`${what} takes longer than ${ms} ms`, 'TimeoutError');

/** Rejects when it takes longer. */
export async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(tooLate(what, ms)), ms);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}
