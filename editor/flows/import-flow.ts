import type { TFunction } from 'i18next';
import { z } from 'zod';
import type { Graph } from '../../engine/graph.ts';
import { graphSchema } from '../../engine/graph.ts';

/** An exported flow or template, or a bare graph. */
const fileSchema = z.object({
  name: z.string().trim().min(1).max(120).optional(),
  description: z.string().max(2_000).optional(),
  graph: graphSchema,
});

const MAX_FILE_BYTES = 5 * 1024 * 1024;
const SHOWN_ISSUES = 3;

/**
 * Reads a flow from a JSON file that a person chose.
 * @throws Error that says what is wrong with the file, and where
 */
export async function readFlowFile(
  file: File,
  t: TFunction<'flows'>,
): Promise<{ name: string; description?: string; graph: Graph }> {
  if (file.size > MAX_FILE_BYTES) throw new Error(t('import.tooLarge'));
  const flow = parseFlow(await file.text(), t);
  return { ...flow, name: flow.name ?? (file.name.replace(/\.json$/i, '').slice(0, 120) || t('newName')) };
}

function parseFlow(text: string, t: TFunction<'flows'>): z.output<typeof fileSchema> {
  const document = parseJson(text, t);
  const isBareGraph = typeof document === 'object' && document !== null && 'nodes' in document;
  const result = fileSchema.safeParse(isBareGraph ? { graph: document } : document);
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || t('import.file')}: ${message}`,
  );
  const more = issues.length - SHOWN_ISSUES;
  throw new Error(
    [t('import.notFlow'), ...issues.slice(0, SHOWN_ISSUES), ...(more > 0 ? [`+ ${more}`] : [])].join('\n'),
  );
}

function parseJson(text: string, t: TFunction<'flows'>): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(t('import.notJson', { reason: error instanceof Error ? error.message : '' }), {
      cause: error,
    });
  }
}
