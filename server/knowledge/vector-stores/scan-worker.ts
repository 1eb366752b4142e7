import { endianness } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openPool } from '../../database/open-pool.ts';
import type { VectorBlock } from './nearest.ts';
import { nearest } from './nearest.ts';
import type { ScanAnswer, ScanRequest } from './scan-protocol.ts';

/**
 * The thread that holds the vectors of workspaces that were searched lately, and looks at each of them. It reads them from
 * the database itself, so that neither their bytes nor the sums touch the event loop of the server. What a document has is
 * read again when its row says that it changed.
 */
type Document = { version: string; block: VectorBlock };
type Space = { documents: Map<string, Document>; count: number };

const { connectionString, mostVectors } = workerData as { connectionString: string; mostVectors: number };
const pool = openPool({ connectionString, max: 1, application_name: 'replygraph-vectors' });

/** By workspace and space, the one searched last at the end. */
const spaces = new Map<string, Space>();

let before = Promise.resolve();
parentPort?.on('message', (request: ScanRequest) => {
  before = before.then(async () => {
    parentPort?.postMessage(await answer(request));
  });
});

async function answer(request: ScanRequest): Promise<ScanAnswer> {
  try {
    const space = await load(request);
    const blocks = request.documents.flatMap(({ id }) => space.documents.get(id)?.block ?? []);
    return { id: request.id, found: nearest(request.vector, blocks, request.limit) };
  } catch (error) {
    return { id: request.id, error: error instanceof Error ? error.message : String(error) };
  }
}

async function load({ workspaceId, space: name, known }: ScanRequest): Promise<Space> {
  const key = `${workspaceId} ${name}`;
  const space = spaces.get(key) ?? { documents: new Map<string, Document>(), count: 0 };
  spaces.delete(key);
  spaces.set(key, space);
  const versions = new Map(known.map(({ id, version }) => [id, version]));
  for (const id of space.documents.keys()) if (!versions.has(id)) forget(space, id);
  for (const [id, version] of versions) {
    if (space.documents.get(id)?.version === version) continue;
    forget(space, id);
    const block = await readDocument(workspaceId, name, id);
    space.documents.set(id, { version, block });
    space.count += block.chunkIds.length;
  }
  makeRoom(key);
  return space;
}

/** What was not searched for longest goes first; the space at hand stays, however large. */
function makeRoom(current: string): void {
  let count = [...spaces.values()].reduce((sum, space) => sum + space.count, 0);
  for (const [key, space] of spaces) {
    if (count <= mostVectors) return;
    if (key === current) continue;
    spaces.delete(key);
    count -= space.count;
  }
}

function forget(space: Space, id: string): void {
  space.count -= space.documents.get(id)?.block.chunkIds.length ?? 0;
  space.documents.delete(id);
}

async function readDocument(workspaceId: string, space: string, id: string): Promise<VectorBlock> {
  // As base64, a third longer than the bytes; as it is, every byte would come as two letters.
  const { rows } = await pool.query<{ id: string; vector: string }>(
    `select id, encode(embedding, 'base64') as vector from knowledge_chunks
     where workspace_id = $1 and document_id = $2 and embedding_model = $3 and embedding is not null`,
    [workspaceId, id, space],
  );
  const read = rows.map((row) => ({ id: row.id, embedding: Buffer.from(row.vector, 'base64') }));
  const dimension = (read[0]?.embedding.length ?? 0) / 4;
  const usable = read.filter(({ embedding }) => embedding.length === dimension * 4);
  const values = new Float32Array(usable.length * dimension);
  const bytes = Buffer.from(values.buffer);
  usable.forEach(({ embedding }, index) => {
    embedding.copy(bytes, index * dimension * 4);
  });
  if (endianness() === 'BE') bytes.swap32();
  return { chunkIds: usable.map((row) => row.id), values, dimension };
}
