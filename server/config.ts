import path from 'node:path';
import { parse } from '#sync/core/entity.ts';
import type { Instant } from '#sync/core/time.ts';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];

export type Config = {
	readonly port: number;
	readonly host: string;
	/** Where the embedded database and this installation's secrets lie. */
	readonly dataDir: string;
	/** PostgreSQL instead of the embedded database. */
	readonly databaseUrl: string | null;
	/** Under which address people reach this server; null: the one it listens on. */
	readonly publicUrl: URL | null;
	/** Signs sessions. Null only in the demo, which makes its own and keeps it in `dataDir`. */
	readonly authSecret: string | null;
	readonly demo: boolean;
	/** Business time at which a demo folder is seeded; null: the wall clock's. */
	readonly demoNow: Instant | null;
	readonly logLevel: LogLevel;
};

export type Read =
	| {
			readonly config: Config;
			readonly problems: readonly [];
			readonly warnings: readonly string[];
	  }
	| { readonly config: null; readonly problems: readonly string[] };

const secretLengthMin = 32;

/**
 * The environment, read once at the start; nobody else looks at it. Every problem is found before
 * any is told, so that whoever sets up a server mends them in one go. (`.env.example` explains all.)
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Read {
	const problems: string[] = [];
	const from = reader(env, problems);
	const demo = from.flag('DEMO');
	const config: Config = {
		port: from.port('PORT', 3000),
		host: from.text('HOST') ?? '127.0.0.1',
		dataDir: path.resolve(from.text('DATA_DIR') ?? 'data'),
		databaseUrl: from.databaseUrl('DATABASE_URL'),
		publicUrl: from.url('PUBLIC_URL'),
		authSecret: from.secret('AUTH_SECRET', !demo),
		demo,
		demoNow: from.instant('DEMO_NOW'),
		logLevel: from.oneOf('LOG_LEVEL', logLevels, demo ? 'warn' : 'info'),
	};
	if (config.demoNow !== null && !demo)
		problems.push('DEMO_NOW is only for the demo: set DEMO=1 as well, or remove it');
	if (problems.length > 0) return { config: null, problems };
	return { config, problems: [], warnings: warningsFor(config) };
}

/** What will not work for lack of a setting, one line each. */
const warningsFor = (config: Config): string[] =>
	config.demo ? [] : ['no message provider is built in yet: nobody receives a sign-in code by SMS'];

/** Readers of one variable each; an empty one counts as absent, as `NAME=` in a file means. */
function reader(env: Readonly<Record<string, string | undefined>>, problems: string[]) {
	const text = (name: string): string | null => {
		const value = env[name]?.trim();
		return value === undefined || value === '' ? null : value;
	};
	const refuse = (problem: string) => {
		problems.push(problem);
		return null;
	};
	const webAddress = (name: string, schemes: readonly string[], needs: string): URL | null => {
		const value = text(name);
		if (value === null) return null;
		const url = URL.canParse(value) ? new URL(value) : null;
		return url && schemes.includes(url.protocol) ? url : refuse(`${name} must be ${needs}`);
	};
	return {
		text,
		flag(name: string): boolean {
			const value = text(name);
			if (value === null || value === '0' || value === '1') return value === '1';
			refuse(`${name} must be 1 or 0, not "${value}"`);
			return false;
		},
		port(name: string, otherwise: number): number {
			const value = text(name);
			if (value === null) return otherwise;
			const port = /^\d{1,5}$/.test(value) ? Number(value) : -1;
			if (port < 0 || port > 65_535)
				refuse(`${name} must be a port from 0 to 65535, not "${value}"`);
			return port;
		},
		url: (name: string) =>
			webAddress(name, ['http:', 'https:'], 'an address like https://garage.example'),
		databaseUrl: (name: string) =>
			webAddress(name, ['postgres:', 'postgresql:'], 'like postgres://user@host/database')?.href ??
			null,
		secret(name: string, required: boolean): string | null {
			const value = text(name);
			if (value === null)
				return required ? refuse(`${name} is missing: at least 32 random characters`) : null;
			if (value.length >= secretLengthMin) return value;
			return refuse(`${name} is too short: at least ${secretLengthMin} random characters`);
		},
		instant(name: string): Instant | null {
			const value = text(name);
			if (value === null) return null;
			const ms = Date.parse(value);
			const iso = Number.isNaN(ms) ? '' : new Date(ms).toISOString();
			if (/^\d{4}-\d\d-\d\dT/.test(value) && parse.instant.safeParse(iso).success) return iso;
			return refuse(`${name} must be a time like 2026-11-23T04:30:00Z, not "${value}"`);
		},
		oneOf<const T extends string>(name: string, values: readonly T[], otherwise: T): T {
			const value = text(name) ?? otherwise;
			const known = values.find((each) => each === value);
			if (known === undefined)
				refuse(`${name} must be one of ${values.join(', ')}, not "${value}"`);
			return known ?? otherwise;
		},
	};
}
