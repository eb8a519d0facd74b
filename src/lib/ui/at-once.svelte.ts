import { painted } from '#lib/pwa/painted.ts';

/** More than any screen shows of what fills a list's row. */
const rowsOfScreen = 6;

/** A place further down is wanted, as by a link to it or after a reload: then all of it is drawn. */
const isFromTop = (): boolean => {
	const [start] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
	return location.hash === '' && start?.type === 'navigate';
};

let rows = $state(isFromTop() ? rowsOfScreen : Infinity);
void painted.then(() => (rows = Infinity));

/** How many rows of a list are drawn: when the app starts, first those that fill the screen. */
export const rowsAtOnce = (): number => rows;
