/** Goods and services tax on an amount in paise, by a rate in basis points, rounded half up. */
export const gstOf = (taxablePaise: number, gstBps: number): number =>
	Math.floor((taxablePaise * gstBps + 5_000) / 10_000);

/** Sum of whole paise. */
export const sumPaise = (amounts: readonly number[]): number =>
	amounts.reduce((sum, amount) => sum + amount, 0);
