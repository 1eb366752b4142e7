import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DocumentProgress } from '../server/contract/knowledge.ts';
import { documentSchema, knowledgeBaseSchema, passageSchema } from '../server/contract/shapes.ts';
import { cataloguePages, makePdf, seriesOf } from '../server/knowledge/testing/make-pdf.ts';
import { chain } from './support/graphs.ts';
import { openLive } from './support/live-client.ts';
import type { Owner } from './support/owner.ts';
import { setUpOwner } from './support/owner.ts';
import type { Replygraph } from './support/replygraph.ts';
import { startReplygraph } from './support/replygraph.ts';
import { waitUntil } from './support/wait-until.ts';

const PAGES = 200;
const ASKED = 117;

describe('a flow that answers from a PDF of 200 pages', () => {
  let process: Replygraph;
  let owner: Owner;
  let pdf: Uint8Array;
  let path: string;
  let baseId: string;
  beforeAll(async () => {
    pdf = await makePdf(cataloguePages(PAGES));
    process = await startReplygraph();
    owner = await setUpOwner(process.url);
    const base = await owner.ask(knowledgeBaseSchema, 201, 'POST', '/api/v1/knowledge-bases', {
      name: 'Shop',
    });
    baseId = base.id;
    path = `/api/v1/knowledge-bases/${baseId}`;
  });
  afterAll(() => process.remove());

  async function upload(name: string) {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(pdf)]), name);
    const headers = { Authorization: `Bearer ${owner.key}` };
    const answer = await fetch(`${owner.url}${path}/documents`, { method: 'POST', headers, body: form });
    expect(answer.status).toBe(201);
    return documentSchema.parse(await answer.json());
  }
  const read = (id: string) => owner.ask(documentSchema, 200, 'GET', `${path}/documents/${id}`);

  it('tells of its progress, and answers with the page', async () => {
    const live = await openLive(owner);
    await live.subscribe('workspace');
    const document = await upload('catalogue.pdf');
    await waitUntil('the PDF is read', async () => (await read(document.id)).status === 'ready');
    const progress = live.received
      .filter(({ type }) => type === 'knowledge.progress')
      .map(({ data }) => data as DocumentProgress);
    const pages = progress.filter(({ status }) => status === 'reading').map(({ pagesRead }) => pagesRead);
    expect(new Set(pages).size).toBeGreaterThan(10);
    expect(progress.at(-1)).toMatchObject({ status: 'ready', pagesRead: PAGES, pageCount: PAGES });
    live.close();

    const flow = await owner.publish('Catalogue', catalogueFlow(baseId));
    const message = await owner.message(`What does the ${seriesOf(ASKED - 1)} cost?`, 'ines');
    const execution = await owner.untilHandled(flow.id, message, 'succeeded');
    const outputOf = (id: string) => execution.steps.find(({ nodeId }) => nodeId === id)?.output;
    const passages = z.object({ passages: z.array(passageSchema) }).parse(outputOf('lookup')).passages;
    const { sources, text } = z
      .object({ sources: z.array(z.string()), text: z.string() })
      .parse(outputOf('answer'));
    const cited = passages.filter(({ id }) => sources.includes(id));
    expect(cited[0]).toMatchObject({ page: ASKED, title: 'catalogue.pdf' });
    expect(text).toContain(`${ASKED * 3} euros`);
    await owner.unpublish(flow.id);
  });

  it('killed in the middle, it goes on after the restart, and no page is there twice', async () => {
    await process.stop();
    await process.restart({ KILL_AT: 'after ingest 9' });
    const document = await upload('again.pdf').catch(() => null);
    await process.ended();
    await process.restart();
    const id = document?.id ?? '';
    const done = await waitUntil('the PDF is read after all', async () => {
      const found = await read(id);
      return found.status === 'ready' && found;
    });
    const whole = await owner.ask(
      z.object({ items: z.array(documentSchema) }),
      200,
      'GET',
      `${path}/documents`,
    );
    const first = whole.items.find(({ title }) => title === 'catalogue.pdf');
    expect(done).toMatchObject({ pagesRead: PAGES, chunkCount: first?.chunkCount });
    const found = await owner.ask(
      z.object({ items: z.array(passageSchema) }),
      200,
      'POST',
      `${path}/search`,
      {
        query: seriesOf(ASKED - 1),
        filter: { documentIds: [id] },
      },
    );
    expect(found.items.map(({ page }) => page)).toEqual([ASKED]);
  });
});

const catalogueFlow = (knowledgeBase: string) =>
  chain([
    { id: 'message', type: 'trigger.message' },
    { id: 'lookup', type: 'knowledge.lookup', config: { knowledgeBase } },
    { id: 'answer', type: 'ai.reply', config: { passages: '{{ steps.lookup.output.passages }}' } },
    { id: 'send', type: 'instagram.send_message', config: { text: '{{ steps.answer.output.text }}' } },
  ]);
