import { describe, expect, it } from 'vitest';
import { answerOf, jsonOf } from '#lib/device/sync/unanswered.ts';

describe('a request', () => {
	it.each([
		new TypeError('fetch failed'),
		new DOMException('cut off', 'AbortError'),
		new DOMException('too late', 'TimeoutError'),
	])('that nobody answered (%s) has no answer', async (error) => {
		expect(await answerOf(Promise.reject(error))).toBeNull();
	});

	it('that failed on this phone is not taken for one that nobody answered', async () => {
		const full = new DOMException('no room', 'QuotaExceededError');
		await expect(answerOf(Promise.reject(full))).rejects.toBe(full);
	});

	it('is answered with what its answer says, or with nothing that anybody could read', async () => {
		const answer = Response.json({ code: 7 });
		expect(await answerOf(Promise.resolve(answer))).toBe(answer);
		expect(await jsonOf(answer)).toEqual({ code: 7 });
		expect(await jsonOf(new Response('<html>Hotel Ganga</html>'))).toBeNull();
	});
});
