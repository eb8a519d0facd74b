export {};

declare module '../core/mutator.ts' {
	interface Events {
		'customer.registered': { customerId: string };
	}
}
