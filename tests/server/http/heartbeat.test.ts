import { expect, it } from 'vitest';
import { startBeats } from '#server/clock/heartbeat.ts';

it('does what is due at once now, and everything else after a while', async () => {
	const done: string[] = [];
	const first = Promise.withResolvers<void>();
	const beats = startBeats(
		[
			{ everyMs: 600_000, work: async () => done.push('later') },
			{ everyMs: 600_000, atOnce: true, work: async () => first.resolve() },
			{ everyMs: 1, work: async () => done.push('soon') },
		],
		(error) => done.push(String(error)),
	);

	await first.promise;
	await beats.stop();

	expect(done).not.toContain('later');
});
