/** A stream of documents that a device may follow. */
export type Scope =
	| `customer:${string}`
	| `worker:${string}`
	| `shop:${string}:floor`
	| `shop:${string}:office`
	| `catalog:${string}`;

export const scopeOf = {
	customer: (customerId: string): Scope => `customer:${customerId}`,
	worker: (workerId: string): Scope => `worker:${workerId}`,
	floor: (shopId: string): Scope => `shop:${shopId}:floor`,
	office: (shopId: string): Scope => `shop:${shopId}:office`,
	catalog: (shopId: string): Scope => `catalog:${shopId}`,
};

/** Why a document left a scope; what a person is told when it is gone from his list. */
export type GoneReason = 'reassigned' | 'cancelled' | 'expired' | 'moved' | 'aged';
