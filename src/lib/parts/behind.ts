/** In one file, because a phone finds one file sooner than seven; fetched by `later.ts`. */
export { default as AddBike } from './vehicle/AddBike.svelte';
export { default as DeclineDialog } from './job/DeclineDialog.svelte';
export { default as FateNote } from './refusal/FateNote.svelte';
export { default as MissCard } from './refusal/MissCard.svelte';
export { default as NeedsYou } from './refusal/NeedsYou.svelte';
export { default as News } from './notice/News.svelte';
export { default as RefusalCard } from './refusal/RefusalCard.svelte';
