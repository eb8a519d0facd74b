import type { Page } from '@playwright/test';

/** From the next page on, this tab's clock is wrong by so much. */
export async function shiftClock(page: Page, byMs: number): Promise<void> {
	await page.addInitScript(shift);
	await page.addInitScript(`shiftClock = ${byMs}`);
}

/** It is set right while the page is open. */
export const setClockRight = (page: Page): Promise<void> =>
	page.evaluate(() => void Object.assign(globalThis, { shiftClock: 0 }));

/** Runs in every page before the app: its clock goes wrong by what `shiftClock` says. */
function shift(): void {
	const right = Date;
	const shifted = () => right.now() + (globalThis as unknown as { shiftClock: number }).shiftClock;
	globalThis.Date = new Proxy(right, {
		construct: (target, args: [], self) =>
			Reflect.construct(target, args.length === 0 ? [shifted()] : args, self) as Date,
		get: (target, key) => (key === 'now' ? shifted : (Reflect.get(target, key) as unknown)),
	});
}
