/** While it is one of these, the worker's time is taken. (Apart from the entity: screens use it.) */
export const liveAssignmentStates = ['hold', 'planned', 'accepted', 'working'] as const;
