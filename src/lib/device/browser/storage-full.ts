/**
 * There was no room to keep it. Nothing was written and nothing may be shown: whoever pressed a button
 * is told at once, never later.
 */
export class StorageFull extends Error {
	override readonly name = 'StorageFull';

	constructor(cause: unknown) {
		super('there is no room left on this phone', { cause });
	}
}

/** As Chromium and WebKit, Firefox, and Firefox on a disk without any room call it. */
const names = [
	'QuotaExceededError',
	'QUOTA_EXCEEDED_ERR',
	'NS_ERROR_DOM_QUOTA_REACHED',
	'NS_ERROR_FILE_NO_DEVICE_SPACE',
];
/** The numbers of the first three: some engines give the number and another name. */
const codes = [22, 1014];

type Told = {
	readonly name?: unknown;
	readonly code?: unknown;
	readonly inner?: unknown;
	readonly cause?: unknown;
	readonly failures?: unknown;
};

/** Whether there was no room, however deep a library has wrapped that. */
function isQuotaError(error: unknown, depth = 5): boolean {
	if (typeof error !== 'object' || error === null || depth === 0) return false;
	const { name, code, inner, cause, failures } = error as Told;
	if (names.includes(String(name)) || codes.includes(Number(code))) return true;
	const within = [inner, cause, ...(Array.isArray(failures) ? (failures as unknown[]) : [])];
	return within.some((each) => isQuotaError(each, depth - 1));
}

/** Makes room by deleting something that is elsewhere as well. Whether there was anything. */
export type MakesRoom = () => Promise<boolean>;

/** Tries again after each thing that could go has gone. */
export async function whileThereIsRoom<T>(
	work: () => Promise<T>,
	makers: readonly MakesRoom[],
): Promise<T> {
	const left = [...makers];
	for (;;) {
		try {
			return await work();
		} catch (error) {
			if (!isQuotaError(error)) throw error;
			if (!(await makeRoom(left))) throw new StorageFull(error);
		}
	}
}

/** Takes the makers one by one, until one had something to delete. */
async function makeRoom(left: MakesRoom[]): Promise<boolean> {
	for (let make = left.shift(); make !== undefined; make = left.shift())
		if (await makes(make)) return true;
	return false;
}

/** Deleting is writing, too: on the fullest disk even that fails. */
const makes = (make: MakesRoom): Promise<boolean> =>
	make().catch((error: unknown) => {
		if (isQuotaError(error)) return false;
		throw error;
	});
