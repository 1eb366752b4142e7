import { z } from 'zod';
import type { FakeServer } from './fake-server.ts';
import { startFakeServer } from './fake-server.ts';

const vectorSchema = z.array(z.number());
const conditionSchema = z.object({
  key: z.string(),
  match: z.union([z.object({ value: z.string() }), z.object({ any: z.array(z.string()) })]),
});
const createSchema = z.object({ vectors: z.object({ size: z.number(), distance: z.literal('Cosine') }) });
const upsertSchema = z.object({
  points: z.array(
    z.object({ id: z.uuid(), vector: vectorSchema, payload: z.record(z.string(), z.string()) }),
  ),
});
const querySchema = z.object({
  query: vectorSchema,
  limit: z.number(),
  filter: z.object({ must: z.array(conditionSchema) }),
});

type Point = z.output<typeof upsertSchema>['points'][number];
type Collection = { size: number; points: Map<string, Point> };

/** A server that speaks as much of Qdrant's HTTP protocol as the store uses, as strictly as Qdrant does. */
export async function startFakeQdrant(): Promise<FakeServer & { collections: Map<string, Collection> }> {
  const collections = new Map<string, Collection>();
  const server = await startFakeServer(({ method, path, body }) => {
    const [, , name = '', action, detail] = path.split('/');
    const collection = collections.get(name);
    const done = (result: unknown) => ({ status: 200, body: { result, status: 'ok', time: 0.001 } });
    if (action === 'exists') return done({ exists: collection !== undefined });
    if (!action && method === 'PUT') {
      if (collection) return failed(409, `Collection ${name} already exists`);
      collections.set(name, { size: createSchema.parse(body).vectors.size, points: new Map() });
      return done(true);
    }
    if (!collection) return failed(404, `Collection ${name} doesn't exist!`);
    if (!action && method === 'DELETE') return done(collections.delete(name));
    if (!action) {
      const params = { vectors: { size: collection.size, distance: 'Cosine' } };
      return done({ status: 'green', config: { params } });
    }
    if (action === 'index') return done({ operation_id: 1, status: 'completed' });
    if (action === 'points' && detail === 'query') {
      const asked = querySchema.parse(body);
      if (asked.query.length !== collection.size) return failed(400, 'Wrong input: Vector dimension error');
      return done({ points: search(collection, asked) });
    }
    if (action === 'points' && detail === 'delete') {
      for (const id of z.object({ points: z.array(z.uuid()) }).parse(body).points)
        collection.points.delete(id);
      return done({ operation_id: 1, status: 'completed' });
    }
    if (action === 'points' && method === 'PUT') {
      const { points } = upsertSchema.parse(body);
      if (points.some(({ vector }) => vector.length !== collection.size)) {
        return failed(400, 'Wrong input: Vector dimension error');
      }
      for (const point of points) collection.points.set(point.id, point);
      return done({ operation_id: 1, status: 'completed' });
    }
    return failed(404, 'Not found');
  });
  return { ...server, collections };
}

function search({ points }: Collection, { query, limit, filter }: z.output<typeof querySchema>) {
  return [...points.values()]
    .filter(({ payload }) =>
      filter.must.every(({ key, match }) =>
        'any' in match ? match.any.includes(payload[key] ?? '') : payload[key] === match.value,
      ),
    )
    .map(({ id, vector }) => ({ id, version: 1, score: cosine(vector, query) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}

export function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const failed = (status: number, error: string) => ({ status, body: { status: { error }, time: 0 } });
