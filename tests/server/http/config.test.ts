import { describe, expect, it } from 'vitest';
import { readConfig } from '#server/config.ts';

const authSecret = 'x'.repeat(32);

describe('the environment', () => {
	it('needs nothing but a secret', () => {
		const { config } = readConfig({ AUTH_SECRET: authSecret });
		expect(config).toMatchObject({
			port: 3000,
			host: '127.0.0.1',
			databaseUrl: null,
			publicUrl: null,
			demo: false,
			logLevel: 'info',
		});
	});

	it('of the demo needs nothing at all', () => {
		const { config, problems } = readConfig({ DEMO: '1', DEMO_NOW: '2026-11-23T10:00:00+05:30' });
		expect(problems).toEqual([]);
		expect(config).toMatchObject({ demo: true, authSecret: null });
		expect(config?.demoNow).toBe('2026-11-23T04:30:00.000Z');
	});

	it('is refused with everything that is wrong, one line each', () => {
		const { config, problems } = readConfig({
			PORT: '70000',
			PUBLIC_URL: 'garage.example',
			DATABASE_URL: 'mysql://x',
			AUTH_SECRET: 'short',
			DEMO: 'yes',
			DEMO_NOW: 'tomorrow',
			LOG_LEVEL: 'loud',
		});
		expect(config).toBeNull();
		expect(problems).toHaveLength(7);
		for (const name of ['PORT', 'PUBLIC_URL', 'DATABASE_URL', 'AUTH_SECRET', 'DEMO', 'LOG_LEVEL'])
			expect(problems.filter((each) => each.startsWith(`${name} `))).toHaveLength(1);
		for (const problem of problems) expect(problem).not.toContain('\n');
	});

	it.each(['0', '65535', ''])('takes the port "%s"', (PORT) => {
		expect(readConfig({ AUTH_SECRET: authSecret, PORT }).problems).toEqual([]);
	});

	it('says what does not work for lack of a setting', () => {
		const read = readConfig({ AUTH_SECRET: authSecret });
		expect('warnings' in read && read.warnings).toHaveLength(1);
	});

	it('has no secret by default', () => {
		expect(readConfig({}).problems).toEqual([
			'AUTH_SECRET is missing: at least 32 random characters',
		]);
	});

	it('does not move the clock of real data', () => {
		const { problems } = readConfig({
			AUTH_SECRET: authSecret,
			DEMO_NOW: '2026-11-23T04:30:00.000Z',
		});
		expect(problems).toHaveLength(1);
	});
});
