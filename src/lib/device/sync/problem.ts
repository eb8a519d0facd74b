import { jsonOf } from './unanswered.ts';

/**
 * The code of a problem as our server words it. Null: it is none of ours, whatever its status: the wall
 * of a hotel's network says 401 and 403 as well, with a page of its own.
 */
export async function codeOf(response: Response): Promise<string | null> {
	const type = response.headers.get('content-type') ?? '';
	if (!/^application\/(?:problem\+)?json\b/.test(type)) return null;
	const body: unknown = await jsonOf(response);
	if (body === null || typeof body !== 'object' || !('code' in body)) return null;
	return typeof body.code === 'string' ? body.code : null;
}
