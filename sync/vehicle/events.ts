export {};

declare module '../core/mutator.ts' {
	interface Events {
		'vehicle.added': { vehicleId: string };
	}
}
