/**
 * Work that is asked for often and done one at a time: asked for while it runs, it runs once more
 * afterwards, however often it was asked. `failed` hears what it throws.
 */
export function again(work: () => Promise<void>, failed: (error: unknown) => void): () => void {
	let running = false;
	let asked = false;

	async function run(): Promise<void> {
		running = true;
		while (asked) {
			asked = false;
			await work().catch(failed);
		}
		running = false;
	}

	return () => {
		asked = true;
		if (!running) void run();
	};
}
