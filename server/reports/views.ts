import type { Booking, BookingLine } from '#sync/booking/entity.ts';
import { gstOf, sumPaise } from '#sync/core/money.ts';
import type { Assignment, Job } from '#sync/job/entity.ts';
import type { Vehicle } from '#sync/vehicle/entity.ts';

/** A booking as REST shows it: what it costs is worked out from its lines, never stored twice. */
export function bookingView(row: Booking, lines: readonly BookingLine[]) {
	const taxablePaise = sumPaise(lines.map((each) => each.pricePaise));
	const gstPaise = sumPaise(lines.map((each) => gstOf(each.pricePaise, each.gstBps)));
	return {
		id: row.id,
		code: row.code,
		status: row.status,
		shopId: row.shopId,
		customerId: row.customerId,
		vehicleId: row.vehicleId,
		mode: row.mode,
		start: row.startAt,
		end: row.endAt,
		holdExpiresAt: row.holdExpiresAt,
		confirmedAt: row.confirmedAt,
		receivedAt: row.receivedAt,
		closedAt: row.closedAt,
		cancelledAt: row.cancelledAt,
		extraLimitPaise: row.extraLimitPaise,
		lines: [...lines]
			.sort((a, b) => a.lineNo - b.lineNo)
			.map(({ id, serviceTypeId, name, minutes, pricePaise, gstBps }) => ({
				id,
				serviceId: serviceTypeId,
				name,
				minutes,
				pricePaise,
				gstBps,
			})),
		taxablePaise,
		totalPaise: taxablePaise + gstPaise,
	};
}

/** The work on a bike; also what the requirements call a service, under the same id. */
export const jobView = (row: Job) => ({
	id: row.id,
	bookingId: row.bookingId,
	status: row.status,
	workerId: row.workerId,
	epoch: row.epoch,
	startedAt: row.startedAt,
	expectedEndAt: row.expectedEndAt,
	completedAt: row.completedAt,
});

export const vehicleView = (row: Vehicle) => ({
	id: row.id,
	registrationNumber: row.registrationNumber,
	make: row.make,
	model: row.model,
	class: row.class,
	odometerKm: row.odometerKm,
	verification: row.verification,
});

/** Who was given the work, and what decided; how busy his colleagues are is the office's to know. */
export const assignmentView = ({ workerId, epoch, reason }: Assignment, forOffice: boolean) => ({
	workerId,
	epoch,
	reason: forOffice ? reason : { chosenBy: reason.chosenBy },
});
