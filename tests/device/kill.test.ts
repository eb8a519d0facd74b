import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { schemaVersion } from '#sync/protocol/version.ts';
import { openBrowserStore } from '#lib/device/browser/browser-store.ts';
import { id } from '#tests/support/cast.ts';
import { aDisk } from '#tests/support/device/phone.ts';
import { diesAndComesBack } from '#tests/support/device/story.ts';

/** More writes than the story has; one that lives through it ends the search. */
const writesMax = 60;
const moments = ['before', 'after'] as const;

beforeEach(() => {
	vi.spyOn(console, 'warn').mockReturnValue(undefined); // RxDB introduces itself once.
});

describe.each(moments)('a phone killed %s any of its writes', (when) => {
	it('comes back with everything it had promised, in memory', async () => {
		for (let diesAt = 1; diesAt <= writesMax; diesAt += 1) {
			const disk = aDisk();
			const died = await diesAndComesBack(async () => disk.open(), diesAt, when);
			if (!died) return expect(diesAt).toBeGreaterThan(8);
		}
		expect.unreachable('the story has an end');
	});

	it('comes back with everything it had promised, in IndexedDB', async () => {
		const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
		for (let diesAt = 1; diesAt <= writesMax; diesAt += 1) {
			const open = () => openBrowserStore(`${when}-${diesAt}`, schemaVersion, id('device', 1));
			const died = await diesAndComesBack(open, diesAt, when, pause);
			if (!died) return expect(diesAt).toBeGreaterThan(8);
		}
		expect.unreachable('the story has an end');
	});
});
