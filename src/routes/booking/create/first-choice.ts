import type { BookingDoc } from '#lib/parts/booking/booking.ts';

type Likely = {
	readonly shopId: string | null;
	readonly vehicleId: string | null;
	readonly services: readonly string[];
};

/**
 * What to start from, so that who comes back only picks a time: the visit to repeat (`?again=`), the
 * shop whose sign was scanned (`?shop=`), else the shop and bike of the latest visit.
 */
export function firstChoice(
	query: URLSearchParams,
	bookings: readonly BookingDoc[],
	vehicles: readonly { readonly id: string; readonly retiredAt: string | null }[],
): Likely {
	const living = vehicles.filter((each) => each.retiredAt === null);
	const latest = bookings.reduce<BookingDoc | undefined>(
		(last, each) => (last === undefined || each.startAt > last.startAt ? each : last),
		undefined,
	);
	const again = bookings.find((each) => each.id === query.get('again'));
	const model = again ?? latest;
	const ownBike = living.find((each) => each.id === model?.vehicleId) ?? living[0];
	return {
		shopId: query.get('shop') ?? model?.shopId ?? null,
		vehicleId: ownBike?.id ?? null,
		services: again?.lines.map((line) => line.serviceTypeId) ?? [],
	};
}
