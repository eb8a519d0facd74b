import type { PullPage, PullRequest } from './port.ts';

/** A document as it usually is: with so many of them a page is full, whatever else it may hold. */
const usualBytes = 1_000;
/** Of what would just fit: documents differ in size, and asking twice costs more than a small page. */
const share = 0.8;

/**
 * A page of at most so many bytes: asks for as many rows as usually fit, and for fewer when they did
 * not. What one transaction did in a scope comes whole, however large.
 */
export async function withinBytes(
	ask: (request: PullRequest) => Promise<PullPage>,
	request: PullRequest,
): Promise<PullPage> {
	const { bytesMax } = request;
	if (bytesMax === undefined) return ask(request);
	let rowsMax = Math.min(request.rowsMax, Math.max(1, Math.floor(bytesMax / usualBytes)));
	for (;;) {
		const page = await ask({ ...request, rowsMax });
		const bytes = bytesOf(page);
		const documents = page.changes.length;
		// More than was asked for is a single group.
		if (bytes <= bytesMax || documents > rowsMax || rowsMax === 1) return page;
		rowsMax = Math.max(1, Math.floor(documents * (bytesMax / bytes) * share));
	}
}

export const bytesOf = ({ rows }: PullPage): number => Buffer.byteLength(JSON.stringify(rows));
