import * as z from 'zod/mini';
import { parse } from '#sync/core/entity.ts';
import { within } from '#lib/device/browser/browser-clock.ts';
import type { Http } from '#lib/device/sync/http.ts';
import { answerOf, jsonOf } from '#lib/device/sync/unanswered.ts';

const keyAnswer = z.object({ key: z.string() });
const standingAnswer = z.object({ revoked: z.boolean() });
const devicesAnswer = z.object({
	devices: z.array(z.object({ id: parse.id, revokedAt: z.nullable(z.string()) })),
});

/** Nobody waits longer to get into, or out of, his own phone. */
const askedMsMax = 10_000;

/** The server's answer, or null: no network, no right, or not our server. */
async function asked<T>(http: Http, path: string, shape: z.ZodMiniType<T>): Promise<T | null> {
	const response = await answerOf(within(askedMsMax, http(path), path));
	if (!response?.ok) return null;
	const parsed = shape.safeParse(await jsonOf(response));
	return parsed.success ? parsed.data : null;
}

/** What opens and closes the sealed box of a device: given to its owner only. */
export async function sealKeyOf(http: Http, deviceId: string): Promise<string | null> {
	return (await asked(http, `/api/devices/${deviceId}/seal-key`, keyAnswer))?.key ?? null;
}

/**
 * Whether its owner signed this phone off elsewhere; asked when nobody is signed in any more. Null:
 * nobody knows yet.
 */
export async function isSignedOff(http: Http, deviceId: string): Promise<boolean | null> {
	const answer = await asked(http, `/api/devices/${deviceId}/standing`, standingAnswer);
	return answer?.revoked ?? null;
}

export type OwnDevice = z.output<typeof devicesAnswer>['devices'][number];

export const ownDevices = async (http: Http): Promise<readonly OwnDevice[]> =>
	(await asked(http, '/api/devices', devicesAnswer))?.devices ?? [];
