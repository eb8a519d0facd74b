import { lazily } from '#lib/ui/lazily.svelte.ts';

const behind = () => import('./behind.ts');

/**
 * Parts that no first screen shows: news, what ended otherwise than its author believes, and what a
 * tap opens. Pages take them from here.
 */
export const AddBike = lazily(async () => (await behind()).AddBike);
export const DeclineDialog = lazily(async () => (await behind()).DeclineDialog);
export const FateNote = lazily(async () => (await behind()).FateNote);
export const MissCard = lazily(async () => (await behind()).MissCard);
export const NeedsYou = lazily(async () => (await behind()).NeedsYou);
export const News = lazily(async () => (await behind()).News);
export const RefusalCard = lazily(async () => (await behind()).RefusalCard);
