import type { Attachment } from 'svelte/attachments';

/** So long it must be there before it counts as looked at: who scrolls past has not read it. */
const lookMs = 1_000;

/**
 * Calls `act` once the element was really before somebody's eyes: half of it, or half the screen full
 * of it, for a second, in a tab that is visible.
 */
export const looked =
	(act: () => void): Attachment<HTMLElement> =>
	(element) => {
		let isOnScreen = false;
		let timer: ReturnType<typeof setTimeout> | undefined;
		const judge = () => {
			clearTimeout(timer);
			if (isOnScreen && document.visibilityState === 'visible') timer = setTimeout(act, lookMs);
		};
		const observer = new IntersectionObserver(
			(entries) => {
				const last = entries.at(-1);
				if (!last) return;
				const { intersectionRatio, intersectionRect, rootBounds } = last;
				const screen = rootBounds?.height ?? innerHeight;
				isOnScreen = intersectionRatio >= 0.5 || intersectionRect.height >= screen / 2;
				judge();
			},
			{ threshold: [0, 0.25, 0.5, 0.75] },
		);
		observer.observe(element);
		document.addEventListener('visibilitychange', judge);
		return () => {
			clearTimeout(timer);
			observer.disconnect();
			document.removeEventListener('visibilitychange', judge);
		};
	};
