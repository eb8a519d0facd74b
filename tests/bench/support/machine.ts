import { cpus, loadavg, totalmem } from 'node:os';

export type Machine = {
	readonly cpus: number;
	readonly model: string;
	readonly memoryGiB: number;
	readonly node: string;
};

export const thisMachine = (): Machine => ({
	cpus: cpus().length,
	model: (cpus()[0]?.model ?? 'unknown').trim(),
	memoryGiB: Math.round(totalmem() / 1024 ** 3),
	node: process.version,
});

export const load = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;

export const machineText = ({ cpus: count, model, memoryGiB, node }: Machine): string =>
	`${count} cores (${model}), ${memoryGiB} GiB, Node ${node.slice(1)}`;
