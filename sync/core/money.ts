/** Goods and services tax on an amount in paise, by a rate in basis points, rounded half up. */
export const gstOf = (taxablePaise: number, gstBps: number): number =>
	Math.floor((taxablePaise * gstBps + 5_000) / 10_000);

/** Sum of whole paise. */
export const sumPaise = (amounts: readonly number[]): number =>
	amounts.reduce((sum, amount) => sum + amount, 0);

/** What lines cost together, with tax on each, as every screen shows it. */
export const totalWithGst = (
	lines: readonly { readonly pricePaise: number; readonly gstBps: number }[],
): number => sumPaise(lines.map((line) => line.pricePaise + gstOf(line.pricePaise, line.gstBps)));
