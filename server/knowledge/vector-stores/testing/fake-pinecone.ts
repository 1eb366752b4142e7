import { z } from 'zod';
import { cosine } from './fake-qdrant.ts';
import type { FakeServer } from './fake-server.ts';
import { startFakeServer } from './fake-server.ts';

const recordSchema = z.object({
  id: z.string(),
  values: z.array(z.number()),
  metadata: z.record(z.string(), z.string()),
});
const upsertSchema = z.object({ vectors: z.array(recordSchema).max(1_000), namespace: z.string().min(1) });
const deleteSchema = z.object({ ids: z.array(z.string()).min(1).max(1_000), namespace: z.string().min(1) });
const filterSchema = z.record(
  z.string(),
  z.union([z.object({ $eq: z.string() }), z.object({ $in: z.array(z.string()) })]),
);
const querySchema = z.object({
  namespace: z.string().min(1),
  topK: z.number().int().min(1).max(10_000),
  vector: z.array(z.number()),
  filter: filterSchema,
});

type Record = z.output<typeof recordSchema>;

/**
 * A server that speaks as much of Pinecone's HTTP protocol as the store uses: the description of one index, and its data at
 * the same address.
 */
export async function startFakePinecone(options: {
  index: string;
  apiKey: string;
  dimension: number;
}): Promise<FakeServer & { namespaces: Map<string, Map<string, Record>> }> {
  const namespaces = new Map<string, Map<string, Record>>();
  const server = await startFakeServer(({ path, body, headers }) => {
    if (headers['api-key'] !== options.apiKey) return failed(401, 'UNAUTHENTICATED', 'Invalid API Key');
    if (path.startsWith('/indexes/')) {
      if (path !== `/indexes/${options.index}`) return failed(404, 'NOT_FOUND', 'Resource not found');
      return { status: 200, body: describe(options, server.url) };
    }
    if (path === '/vectors/upsert') {
      const { vectors, namespace } = upsertSchema.parse(body);
      if (vectors.some(({ values }) => values.length !== options.dimension)) {
        return failed(400, 'INVALID_ARGUMENT', 'Vector dimension does not match the dimension of the index');
      }
      const records = namespaces.get(namespace) ?? new Map<string, Record>();
      namespaces.set(namespace, records);
      for (const record of vectors) records.set(record.id, record);
      return { status: 200, body: { upsertedCount: vectors.length } };
    }
    if (path === '/vectors/delete') {
      const { ids, namespace } = deleteSchema.parse(body);
      const records = namespaces.get(namespace);
      if (!records) return failed(404, 'NOT_FOUND', 'Namespace not found');
      for (const id of ids) records.delete(id);
      return { status: 200, body: {} };
    }
    if (path === '/query') {
      const asked = querySchema.parse(body);
      const records = [...(namespaces.get(asked.namespace)?.values() ?? [])];
      return { status: 200, body: { matches: search(records, asked), namespace: asked.namespace } };
    }
    return failed(404, 'NOT_FOUND', 'Not found');
  });
  return { ...server, namespaces };
}

function search(records: Record[], { vector, topK, filter }: z.output<typeof querySchema>) {
  return records
    .filter(({ metadata }) =>
      Object.entries(filter).every(([key, rule]) =>
        '$in' in rule ? rule.$in.includes(metadata[key] ?? '') : metadata[key] === rule.$eq,
      ),
    )
    .map(({ id, values }) => ({ id, score: cosine(values, vector), values: [] }))
    .sort((a, b) => b.score - a.score)
    .slice(0, topK);
}

const describe = ({ index, dimension }: { index: string; dimension: number }, host: string) => ({
  name: index,
  dimension,
  metric: 'cosine',
  host,
  vector_type: 'dense',
  deletion_protection: 'disabled',
  spec: { serverless: { cloud: 'aws', region: 'us-east-1' } },
  status: { ready: true, state: 'Ready' },
});

const failed = (status: number, code: string, message: string) => ({
  status,
  body: { code: status, error: { code, message }, status, message },
});
