import { TryAgain } from '#server/db/port.ts';

/** The server process died in the middle of something. */
export class Killed extends Error {
	override readonly name = 'Killed';
}

/** The server's disk takes no more. */
export class ServerFull extends Error {
	override readonly name = 'ServerFull';
	readonly code = 'ENOSPC';
}

/** What was made to go wrong, and is nobody's bug. */
export const isWeather = (error: unknown): boolean =>
	error instanceof Killed ||
	error instanceof ServerFull ||
	error instanceof TryAgain ||
	(error instanceof AggregateError && error.errors.every(isWeather));
