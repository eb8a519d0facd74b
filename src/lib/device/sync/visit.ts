import type { Doc, DocKey } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import { totalWithGst } from '#sync/core/money.ts';
import type { Difference, OutboxEntry, Shown, Subject } from './store.ts';

/** A document as somebody sees it, or null. */
export type Look = (key: DocKey) => Promise<Doc | null>;

/** What is known of a piece of work once it has run on this phone, before it is kept. */
export type Deed = {
	readonly name: string;
	readonly args: unknown;
	/** The first ids it makes. */
	readonly newIds: readonly string[];
	/** Documents that it wrote, then those that it read. */
	readonly written: readonly DocKey[];
	readonly read: readonly DocKey[];
};

/**
 * The visit that a piece of work is about, in the words that are on the screen now. It is kept with
 * the work: when an answer comes, tomorrow, the documents may have left this phone.
 */
export async function aboutVisit(
	deed: Deed,
	look: Look,
): Promise<Pick<OutboxEntry, 'subject' | 'shown'>> {
	const { bookingId, jobId, vehicleId, startAt } = await idsOf(deed, look);
	const booking = await docOf('bookings', bookingId, look);
	const job = await docOf('jobs', jobId, look);
	const bike = await docOf('vehicles', vehicleId ?? textIn(booking, 'vehicleId'), look);
	const subject = definedOf<Subject>({
		bookingId,
		code: textIn(booking, 'code'),
		plate: textIn(bike, 'registrationNumber'),
		startAt: textIn(booking, 'startAt') ?? startAt,
	});
	const visit = { bookingId: textIn(booking, 'id'), jobId: textIn(job, 'id') };
	const shown = definedOf<Shown>({ ...visit, ...sightOf(booking, job) });
	const touched = deed.written.some(({ collection }) => isOfVisit(collection));
	return {
		...(Object.keys(subject).length > 0 ? { subject } : {}),
		...(touched && Object.keys(shown).length > 0 ? { shown } : {}),
	};
}

/** What is not as it was shown when the work was done. What has left this phone is not compared. */
export async function differencesFrom(shown: Shown, look: Look): Promise<readonly Difference[]> {
	const booking = await docOf('bookings', shown.bookingId, look);
	const job = await docOf('jobs', shown.jobId, look);
	const now = sightOf(booking, job);
	return (['startAt', 'workerId', 'totalPaise'] as const).flatMap((field) => {
		const [before, after] = [shown[field], now[field]];
		const comparable = before !== undefined && after !== undefined;
		return comparable && before !== after ? [{ field, before, after }] : [];
	});
}

const isOfVisit = (collection: DocKey['collection']): boolean =>
	collection === 'bookings' || collection === 'jobs';

/** What a page shows of a visit and the server may have decided otherwise. */
function sightOf(booking: Doc | null, job: Doc | null) {
	const lines = booking?.['lines'] as Parameters<typeof totalWithGst>[0] | undefined;
	return {
		startAt: textIn(booking, 'startAt'),
		// Nobody yet is no promise: that somebody is found later is no difference.
		workerId: job === null ? undefined : (textIn(job, 'workerId') ?? null),
		totalPaise: lines && totalWithGst(lines),
	};
}

async function idsOf(deed: Deed, look: Look) {
	const args = (deed.args ?? {}) as Readonly<Record<string, unknown>>;
	const named = (field: string) => (typeof args[field] === 'string' ? args[field] : undefined);
	const touched = (collection: DocKey['collection']) =>
		[...deed.written, ...deed.read].find((key) => key.collection === collection)?.id;
	const jobId = named('jobId') ?? touched('jobs');
	// A request makes the booking that it is about.
	const made = deed.name === 'booking.request' ? deed.newIds[0] : undefined;
	const ofJob = textIn(await docOf('jobs', jobId, look), 'bookingId');
	return {
		jobId,
		bookingId: named('bookingId') ?? ofJob ?? made ?? touched('bookings'),
		vehicleId: named('vehicleId') ?? touched('vehicles'),
		startAt: named('startAt'),
	};
}

const docOf = async (
	collection: CollectionName,
	id: string | undefined,
	look: Look,
): Promise<Doc | null> => (id === undefined ? null : look({ collection, id }));

function textIn(doc: Doc | null, field: string): string | undefined {
	const value = doc?.[field];
	return typeof value === 'string' ? value : undefined;
}

const definedOf = <T extends object>(fields: {
	readonly [K in keyof T]: T[K] | null | undefined;
}): T =>
	Object.fromEntries(
		Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
	) as T;
