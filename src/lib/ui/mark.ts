/** Where a tap is on its way to the shop, and how it ended there. */
export type MarkState = 'queued' | 'sending' | 'accepted' | 'recorded' | 'refused';
