import type { FoundVector } from './vector-store.ts';

export type ScanRequest = {
  id: number;
  workspaceId: string;
  space: string;
  vector: Float32Array;
  limit: number;
  /** Every document of the workspace, with what changes when its passages do. */
  known: { id: string; version: string }[];
  /** Those that are searched. */
  documents: { id: string }[];
};

export type ScanAnswer = { id: number; found: FoundVector[] } | { id: number; error: string };
