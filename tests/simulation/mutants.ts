import type { Mutant } from './mutant.ts';
import { inTheDatabase } from './mutants/database.ts';
import { atTheDoor } from './mutants/door.ts';
import { onThePhone } from './mutants/phone.ts';

export const mutants: readonly Mutant[] = [...atTheDoor, ...inTheDatabase, ...onThePhone];
