/** So long nobody has looked at it: nobody is interrupted. */
export const quietMsMin = 5 * 60_000;

/** What a page knows of its person when a newer version waits. */
export type Moment = {
	/** How long it has not been looked at; null: somebody looks at it. */
	readonly hiddenMs: number | null;
	/** Actions that the server has not answered. */
	readonly waiting: number;
	/** Text that was typed and not sent. */
	readonly typed: boolean;
};

/** Whether the page may open again with the newer version: nothing typed may be lost. */
export const mayReload = ({ typed }: Pick<Moment, 'typed'>): boolean => !typed;

/**
 * Whether the newer version may be taken without asking. A phone that starts with no page open takes
 * it by itself; this is for the page that stays open for weeks in a pocket.
 */
export const isQuiet = ({ hiddenMs, waiting, typed }: Moment): boolean =>
	hiddenMs !== null && hiddenMs >= quietMsMin && waiting === 0 && !typed;

/** Something stands in a field that was not there when the page was drawn. Choices are kept anyway. */
export function hasTyped(root: ParentNode): boolean {
	const fields = root.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea');
	return [...fields].some(
		(field) => !['radio', 'checkbox'].includes(field.type) && field.value !== field.defaultValue,
	);
}
