import { v7 } from 'uuid';

/** A new id: UUID version 7, so that ids of one table grow with time and indexes stay dense. */
export const newId = (): string => v7();
