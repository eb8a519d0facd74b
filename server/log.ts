import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from './config.ts';

/**
 * The log: JSON lines. It never holds a person: no phone number, name, plate or token. Errors of the
 * database carry values in their message and detail, so of an error only this much is written.
 */
export const createLog = (level: Config['logLevel'], to?: DestinationStream): Logger => {
	const options = { level, base: null, serializers: { err: plainError } };
	return to === undefined ? pino(options) : pino(options, to);
};

type PlainError = {
	readonly type: string;
	readonly message: string;
	readonly code?: unknown;
	readonly constraint?: unknown;
	readonly at: readonly string[];
	readonly cause?: PlainError;
};

const messageLengthMax = 300;
const framesMax = 12;

function plainError(error: unknown): PlainError {
	if (!(error instanceof Error)) return { type: typeof error, message: '', at: [] };
	const { code, constraint } = error as { readonly code?: unknown; readonly constraint?: unknown };
	return {
		type: error.name,
		message: withoutValues(error.message),
		...(code === undefined ? {} : { code }),
		...(constraint === undefined ? {} : { constraint }),
		at: framesOf(error.stack ?? ''),
		...(error.cause === undefined ? {} : { cause: plainError(error.cause) }),
	};
}

/** Drizzle lists a statement's parameters, PostgreSQL quotes values: neither is for the log. */
const withoutValues = (message: string): string =>
	message
		.replace(/\nparams:[\s\S]*/, '')
		.replace(/"[^"]*"|'[^']*'/g, '…')
		.replace(/\+?\d{7,}/g, '…')
		.slice(0, messageLengthMax);

const framesOf = (stack: string): string[] =>
	stack
		.split('\n')
		.filter((line) => /^\s+at /.test(line))
		.map((line) => line.trim())
		.slice(0, framesMax);
