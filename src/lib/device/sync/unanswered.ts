/** What a lost network, a line that broke, a request cut off and one that took too long reject with. */
const names = ['TypeError', 'AbortError', 'TimeoutError'];

/** The answer, or null: nobody answered. Anything else that went wrong is ours, and is thrown on. */
export const answerOf = (asked: Promise<Response>): Promise<Response | null> =>
	asked.catch((error: unknown) => {
		if (names.includes(String((error as { readonly name?: unknown } | null)?.name))) return null;
		throw error;
	});

/** The JSON of an answer, or null: it is none, or it broke off. It then fits no shape. */
export const jsonOf = (answer: Response): Promise<unknown> => answer.json().catch(() => null);
