import { afterEach, describe, expect, it } from 'vitest';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { fakeLocks, quiet } from '#tests/support/device/fakes.ts';
import { endAll, hello, listening, Streams } from '#tests/support/device/live-streams.ts';

afterEach(endAll);

describe('a stream whose server was gone', () => {
	const whileNobodyAnswers = async (isVisible: boolean) => {
		const streams = new Streams();
		streams.refuses = new SendFailure('offline');
		const heard = await listening(fakeLocks(), streams, isVisible);
		for (let n = 0; n < 8; n += 1) {
			heard.timers.fire();
			await quiet();
		}
		return heard;
	};

	it.each([
		['is looked at', true, 15_000],
		['is in a pocket', false, 60_000],
	])('calls a server that is gone at the latest so soon again while it %s', async (...given) => {
		const [, isVisible, latest] = given;
		const { timers } = await whileNobodyAnswers(isVisible);

		expect(timers.waiting()).toEqual([latest / 2]);
	});

	it('calls at once a server that has answered something else', async () => {
		const { stream, streams, timers } = await whileNobodyAnswers(false);
		const before = streams.opened;
		stream.hurry();
		stream.hurry();
		expect(timers.waiting()).toEqual([500]);

		timers.fire();
		await quiet();
		expect(streams.opened).toBe(before + 1);
		expect(timers.waiting()).toEqual([30_000]);
	});

	it('is not hurried where streams are cut, nor while it listens', async () => {
		const { stream, streams, timers } = await listening();
		await streams.say(hello);
		const standing = timers.waiting();
		stream.hurry();
		expect(timers.waiting()).toEqual(standing);

		await streams.close();
		stream.hurry();
		expect(timers.waiting()).toEqual([1_000]);
		timers.fire();
		await quiet();
		expect(timers.fire()).toBe(5_000); // Nothing greets it: from now on there is patience.
		await quiet();
		stream.hurry();
		expect(timers.waiting()[0]).toBeGreaterThanOrEqual(300_000);
	});
});
