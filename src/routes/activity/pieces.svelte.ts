/** A screen full at first; the rest comes while nobody waits for anything. */
const firstPiece = 20;
const piece = 60;

/** How many rows of a long list are drawn: the first ones at once, all of them a moment later. */
export function inPieces(length: () => number): { readonly shown: number } {
	let shown = $state(firstPiece);
	$effect(() => {
		if (shown >= length()) return;
		const timer = setTimeout(() => {
			shown += piece;
		});
		return () => clearTimeout(timer);
	});
	return {
		get shown() {
			return shown;
		},
	};
}
