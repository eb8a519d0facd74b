/** Runs one piece of work at a time, in the order asked. One that fails does not stop the next. */
export function createMutex(): <T>(work: () => Promise<T>) => Promise<T> {
	let last: Promise<unknown> = Promise.resolve();
	return (work) => {
		const mine = last.then(work, work);
		last = mine;
		return mine;
	};
}
