import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Template } from '../contract/shapes.ts';
import { templateSchema } from '../contract/shapes.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/**
 * Reads the flows that are offered as templates: every `*.json` of the folder, by file name.
 * @throws Error naming the file that is no template
 */
export async function readTemplates(folder = EXAMPLES): Promise<Template[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map((name) => readTemplate(join(folder, name))));
}

async function readTemplate(path: string): Promise<Template> {
  const text = await readFile(path, 'utf8');
  try {
    return templateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${path} is not a template.`, { cause: error });
  }
}
