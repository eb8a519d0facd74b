import type { Instant } from '#sync/core/time.ts';

/** What the server answers to questions that only it can answer (docs: GET /api/openapi.json). */
export type ShopsAnswer = {
	readonly shops: readonly {
		readonly id: string;
		readonly name: string;
		readonly status: string;
		readonly distanceKm?: number;
	}[];
};

export type ShopAnswer = {
	readonly shop: {
		readonly id: string;
		readonly name: string;
		readonly phone: string;
		readonly zone: string;
	};
	readonly services: readonly {
		readonly id: string;
		readonly name: string;
		readonly pricePaise: number;
		readonly minutes: number;
		readonly gstBps: number;
	}[];
};

export type SlotsAnswer = {
	readonly asOf: Instant;
	readonly slots: readonly {
		readonly start: Instant;
		readonly end: Instant;
		readonly workers: number;
	}[];
};
