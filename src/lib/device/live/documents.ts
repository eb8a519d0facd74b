import type { Booking, BookingLine } from '#sync/booking/entity.ts';
import type { ReadMark } from '#sync/booking/read-mark.ts';
import type { CollectionName, RowIn, SharedRowIn } from '#sync/core/entity.ts';
import type { customer } from '#sync/customer/entity.ts';
import type { assignment, Job, SharedOffer } from '#sync/job/entity.ts';
import type { Notice } from '#sync/notice/entity.ts';
import type { ServicePrice, ServiceType, shop, ShopHours } from '#sync/shop/entity.ts';
import type { vehicle } from '#sync/vehicle/entity.ts';
import type { worker, WorkerShift, WorkerTime } from '#sync/worker/entity.ts';

/** A row as some phone has it: fields that some role is not shown may be missing. */
type Seen<E> = SharedRowIn<E> & Partial<RowIn<E>>;

/** What pages read: a root row with what lives inside its document. */
export type Documents = {
	readonly shops: Seen<typeof shop> & {
		readonly hours: readonly ShopHours[];
		readonly workers: readonly Seen<typeof worker>[];
		readonly shifts: readonly WorkerShift[];
		readonly services: readonly ServiceType[];
		readonly prices: readonly ServicePrice[];
	};
	readonly people: Seen<typeof customer>;
	readonly vehicles: Seen<typeof vehicle>;
	readonly bookings: Booking & {
		readonly lines: readonly BookingLine[];
		readonly readMarks: readonly ReadMark[];
	};
	readonly jobs: Job & {
		readonly assignments: readonly Seen<typeof assignment>[];
		readonly offers: readonly SharedOffer[];
		readonly clocks: readonly WorkerTime[];
	};
	readonly notices: Notice;
};
export type DocumentOf<C extends CollectionName> = Documents[C];
