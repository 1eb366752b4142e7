import type { VectorStore } from '../vector-stores/vector-store.ts';
import type { Embedder } from './embedder.ts';

/** Under which model and store the vector of a passage is kept; another one means that it is embedded anew. */
export const spaceOf = (embedder: Embedder, store: Pick<VectorStore, 'name' | 'place'>): string =>
  store.name === 'scan' ? embedder.name : `${embedder.name}#${store.place}`;
