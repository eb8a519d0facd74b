import type { Day } from '../core/time.ts';

declare module '../core/mutator.ts' {
	interface Events {
		/** Its scopes now count from this day. */
		'shop.aged': { shopId: string; day: Day; zone: string };
	}
}
