/** The value in the middle. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value below which this share of them lies. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Milliseconds on a clock that all threads and processes of this machine share. */
export const nowMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;

/** How long it takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
	const began = nowMs();
	await work();
	return nowMs() - began;
}

export const perSecond = (count: number, ms: number): number => (count * 1_000) / ms;
