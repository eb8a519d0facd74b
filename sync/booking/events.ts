import type { Instant } from '../core/time.ts';

declare module '../core/mutator.ts' {
	interface Events {
		'booking.held': { bookingId: string; shopId: string; holdExpiresAt: Instant };
		'booking.confirmed': { bookingId: string; jobId: string; shopId: string; workerId: string };
		'booking.expired': { bookingId: string; shopId: string };
		'booking.received': { bookingId: string; shopId: string };
	}
}
