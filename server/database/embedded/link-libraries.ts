import { findBinaries } from './binaries.ts';

/** Finding the binaries restores their links: for an image, whose user can't write into the packages. */
await findBinaries();
