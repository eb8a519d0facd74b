import * as z from 'zod/mini';
import { parse } from '#sync/core/entity.ts';
import { refuseUnless } from '#sync/core/rejection.ts';
import type { Limit } from '../auth/rate-limit.ts';
import type { Device } from '../db/device.ts';
import { devicesOf, isRevoked, ownDevice, revoke } from '../domain/devices.ts';
import { byId } from './answers.ts';
import type { Asked, Route } from './definition.ts';
import { tooMany } from './problem.ts';
import { route } from './route.ts';

/** A phone without a session asks once when it is sent away; a town may share one address. */
const standingPerAddress: Limit = { max: 120, seconds: 600 };
/** Devices told at once; browsers that were cleared again and again leave many. */
const pageMax = 50;

const deviceAnswer = z.strictObject({
	id: parse.id,
	build: z.string(),
	lastContact: parse.instant,
	pending: z.int(),
	revokedAt: z.nullable(parse.instant),
	current: z.boolean(),
});

export const deviceRoutes: readonly Route[] = [
	route({
		method: 'GET',
		path: '/api/devices',
		who: 'signed_in',
		summary: 'Your devices, the one heard last first; those behind the one in `after`',
		query: z.strictObject({ after: z.optional(parse.id) }),
		answer: z.strictObject({ devices: z.array(deviceAnswer), more: z.boolean() }),
		async respond(asked) {
			const { sessionId, userId } = present(asked);
			const devices = await devicesOf(asked.house.world, userId);
			const { after } = asked.query;
			const last = devices.findIndex((each) => each.id === after);
			refuseUnless(after === undefined || last !== -1, 'not_found');
			const page = devices.slice(last + 1, last + 1 + pageMax);
			return {
				devices: page.map((each) => shown(each, sessionId)),
				more: last + 1 + page.length < devices.length,
			};
		},
	}),
	route({
		method: 'POST',
		path: '/api/devices/:id/revoke',
		who: 'signed_in',
		summary: 'Sign one of your devices off for good, and end the session it used',
		params: byId,
		body: z.strictObject({}),
		answer: z.strictObject({ device: deviceAnswer }),
		async respond(asked) {
			const { house, params } = asked;
			const { sessionId, userId } = present(asked);
			const revoked = await revoke(house.world, userId, params.id);
			if (revoked.sessionId !== null) await house.signIn.sessions.endOwn(userId, revoked.sessionId);
			return { device: shown(revoked, sessionId) };
		},
	}),
	route({
		method: 'GET',
		path: '/api/devices/:id/seal-key',
		who: 'signed_in',
		summary: 'The key by which one of your devices seals what it could not send',
		params: byId,
		answer: z.strictObject({ key: z.string() }),
		async respond(asked) {
			const { userId } = present(asked);
			const { sealKey } = await ownDevice(asked.house.world, userId, asked.params.id);
			refuseUnless(sealKey !== null, 'not_found');
			return { key: sealKey };
		},
	}),
	route({
		method: 'GET',
		path: '/api/devices/:id/standing',
		who: 'anyone',
		summary: 'Whether a device was signed off: for one that has no session any more',
		params: byId,
		answer: z.strictObject({ revoked: z.boolean() }),
		async respond({ house, params, address }) {
			const seconds = await house.signIn.limits.take(`standing ${address}`, standingPerAddress);
			if (seconds > 0) throw tooMany(seconds);
			return { revoked: await isRevoked(house.world, params.id) };
		},
	}),
];

function present({ session }: Asked): { readonly sessionId: string; readonly userId: string } {
	if (session === null) throw new Error('signed in without a session');
	return { sessionId: session.id, userId: session.userId };
}

const shown = (device: Device, sessionId: string) => ({
	id: device.id,
	build: device.appBuild,
	lastContact: device.lastContact,
	pending: device.pendingReported,
	revokedAt: device.revokedAt,
	current: device.sessionId === sessionId,
});
