import type { Actor } from '#sync/core/actor.ts';
import { Rejection } from '#sync/core/rejection.ts';
import {
	mutationText,
	syncAnswer,
	syncRequest,
	type SyncAnswer,
	type SyncRequest,
} from '#sync/protocol/sync.ts';
import { RuleCrash } from '#server/domain/crashes.ts';
import { sync } from '#server/domain/sync.ts';
import type { World } from '#server/domain/perform.ts';
import { SendFailure, type Send } from '#lib/device/sync/ports.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What can go wrong between a phone and the server; each seed switches some of it on. */
export type Faults = {
	readonly requestLost: number;
	readonly replyLost: number;
	readonly duplicate: number;
	readonly delayMsMax: number;
};
/** Even a good network takes its time. */
const latencyMs = 100;

export const noFaults: Faults = { requestLost: 0, replyLost: 0, duplicate: 0, delayMsMax: 0 };

export type Line = {
	readonly send: Send;
	/** In the basement: nothing comes through. */
	online: boolean;
	/** Ids of mutations that have left the phone under their own text. */
	readonly left: Set<string>;
	faults: Faults;
};

/** A planted bug in what a device makes of an answer, or of none. */
export type Tampering = {
	readonly receive?: (answer: SyncAnswer) => SyncAnswer;
	readonly lost?: (request: SyncRequest) => SyncAnswer | null;
};

/** A phone's way to the server, as unreliable as its faults say. What crosses it is JSON, as on the wire. */
export function lineTo(
	world: World,
	actor: Actor,
	time: VirtualTime,
	random: Random,
	tampering: Tampering | null,
	broken: (error: unknown) => void,
): Line {
	const travel = (ms: number) => new Promise<void>((arrived) => time.after(ms, arrived));
	const line: Line = { online: true, faults: noFaults, left: new Set(), send };

	async function send(request: SyncRequest): Promise<SyncAnswer> {
		const wire = JSON.stringify(request);
		for (const { text } of request.mutations) {
			const { id, name } = mutationText.parse(JSON.parse(text));
			if (name !== 'withdrawn') line.left.add(id);
		}
		const { faults } = line;
		await travel(latencyMs + random.below(faults.delayMsMax + 1));
		if (!line.online || random.chance(faults.requestLost)) return noAnswer(wire);
		if (random.chance(faults.duplicate)) twice(wire);
		const answer = await arrive(wire);
		await travel(latencyMs + random.below(faults.delayMsMax + 1));
		if (!line.online || random.chance(faults.replyLost)) return noAnswer(wire);
		return tampering?.receive ? tampering.receive(answer) : answer;
	}

	function noAnswer(wire: string): SyncAnswer {
		const pretended = tampering?.lost?.(syncRequest.parse(JSON.parse(wire))) ?? null;
		if (pretended) return pretended;
		throw new SendFailure('offline');
	}

	async function arrive(wire: string): Promise<SyncAnswer> {
		try {
			const answer = await sync(world, actor, syncRequest.parse(JSON.parse(wire)));
			return syncAnswer.parse(JSON.parse(JSON.stringify(answer)));
		} catch (error) {
			if (error instanceof RuleCrash) throw new SendFailure('unavailable', 0, error);
			if (!(error instanceof Rejection)) throw error;
			const reason = error.code === 'device_revoked' ? 'revoked' : 'forbidden';
			throw new SendFailure(reason, 0, error);
		}
	}

	/** The network delivers the same bytes again, later; nobody waits for that answer. */
	function twice(wire: string): void {
		time.after(random.below(60_000), () => void arrive(wire).catch(noBug));
	}

	const noBug = (error: unknown) => {
		if (!(error instanceof SendFailure)) broken(error);
	};

	return line;
}
