/**
 * While it is one of these, the bike is promised to be in the shop at that time. Apart from the
 * entity, so that a screen can ask a rule without carrying the parsers of all entities along.
 */
export const liveBookingStatuses = ['held', 'confirmed', 'received'] as const;
