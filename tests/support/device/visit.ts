import type { Doc } from '#sync/core/document.ts';
import { aBooking, aJob, aLine, workerIdOf } from '#tests/support/builders.ts';
import { asha, ashasBike, id, ravi } from '#tests/support/cast.ts';
import { customerIdOf } from '#tests/support/builders.ts';
import { aPhoneOffline } from './offline.ts';
import { aBike, bikeKey } from './phone.ts';

/** One visit of Asha's bike, in the documents that a phone has of it. */
export const bookingKey = { collection: 'bookings', id: id('booking', 1) } as const;
export const jobKey = { collection: 'jobs', id: id('hours', 1) } as const;
export const ashasKey = { collection: 'people', id: customerIdOf(asha) } as const;

type Over = { readonly booking?: object; readonly job?: object };

export const theBooking = (over: object = {}): Doc => ({
	...aBooking({ id: bookingKey.id, code: 'K7M2QX', vehicleId: ashasBike }),
	...{ lines: [aLine({ bookingId: bookingKey.id, pricePaise: 45_000 })], readMarks: [] },
	...over,
});
export const theJob = (over: object = {}): Doc => ({
	...aJob({ id: jobKey.id, bookingId: bookingKey.id }),
	...{ assignments: [], offers: [], clocks: [] },
	...over,
});
export const asWorkerSees = (): Doc => ({
	...{
		id: ashasKey.id,
		name: 'Asha',
		phone: '+91*******011',
		createdAt: '2026-01-01T00:00:00.000Z',
	},
});

/** A phone that knows the visit and has lost the network. */
export async function aPhoneWithVisit({ booking, job }: Over = {}) {
	const phone = await aPhoneOffline((server) => {
		server.put(bikeKey, aBike());
		server.put(ashasKey, asWorkerSees());
		server.put(bookingKey, theBooking(booking));
		server.put(jobKey, theJob(job));
	});
	const workerId = workerIdOf(ravi);
	return {
		...phone,
		/** A report that writes into the job. */
		clockOn: () => phone.device.perform('clock.start', { jobId: jobKey.id, workerId }),
	};
}
