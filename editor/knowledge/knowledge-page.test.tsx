import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { Suggestion } from '../../server/contract/knowledge.ts';
import type { KnowledgeBase, KnowledgeDocument, Session } from '../../server/contract/shapes.ts';
import { liveSocket } from '../live/use-live.ts';
import { emptyPage, fakeApi, problem } from '../testing/fake-api.ts';
import { renderPage } from '../testing/render-page.tsx';
import { KnowledgePage } from './knowledge-page.tsx';

const AT = '2026-03-02T10:00:00.000Z';
const BASE: KnowledgeBase = {
  id: '0198c0de-0000-7000-8000-0000000000b1',
  name: 'Shop',
  description: '',
  documentCount: 1,
  createdAt: AT,
};
const DOCUMENT: KnowledgeDocument = {
  id: '0198c0de-0000-7000-8000-0000000000d1',
  title: 'catalogue.pdf',
  mimeType: 'application/pdf',
  sizeBytes: 2_048,
  source: 'upload',
  url: null,
  status: 'ready',
  pagesRead: 200,
  pageCount: 200,
  chunkCount: 210,
  embeddedCount: 210,
  error: null,
  createdAt: AT,
  updatedAt: AT,
};
const SUGGESTION: Suggestion = {
  id: '0198c0de-0000-7000-8000-0000000000f1',
  knowledgeBaseId: BASE.id,
  knowledgeBaseName: 'Shop',
  question: 'Do you ship?',
  answer: 'yes',
  status: 'pending',
  executionId: null,
  nodeId: null,
  decidedBy: null,
  decidedAt: null,
  createdAt: AT,
};
const DOCUMENTS = `/api/v1/knowledge-bases/${BASE.id}/documents`;
const SEARCH = `/api/v1/knowledge-bases/${BASE.id}/search`;

async function openPage(
  given: { documents?: KnowledgeDocument[]; suggestions?: Suggestion[]; role?: Session['role'] } = {},
) {
  const suggestions = [...(given.suggestions ?? [])];
  const api = fakeApi({
    'GET /api/v1/knowledge-bases': () => ({ items: [BASE], nextCursor: null }),
    [`GET ${DOCUMENTS}`]: () => ({ items: given.documents ?? [DOCUMENT], nextCursor: null }),
    'GET /api/v1/knowledge-suggestions': () => ({ ...emptyPage, items: suggestions }),
  });
  await renderPage(<KnowledgePage />, given.role ? { role: given.role } : {});
  await screen.findByText('Documents in Shop');
  return { ...api, suggestions };
}

describe('documents', () => {
  it('show live how far they are, and when they are done', async () => {
    const subscribe = vi.spyOn(liveSocket, 'subscribe');
    const queued = {
      ...DOCUMENT,
      status: 'queued' as const,
      pagesRead: null,
      chunkCount: 0,
      embeddedCount: 0,
    };
    await openPage({ documents: [queued] });
    await screen.findByText('Waits to be read');
    const tell = (progress: Partial<KnowledgeDocument>) =>
      act(() => {
        const { status, pagesRead, pageCount, chunkCount, embeddedCount, error } = { ...queued, ...progress };
        const about = { knowledgeBaseId: BASE.id, documentId: DOCUMENT.id };
        const data = { ...about, status, pagesRead, pageCount, chunkCount, embeddedCount, error };
        for (const [topic, listener] of subscribe.mock.calls) {
          if (topic === 'workspace') {
            listener.onEvent({ type: 'knowledge.progress', seq: 0, at: AT, topic, data });
          }
        }
      });
    tell({ status: 'reading', pagesRead: 50 });
    const bar = await screen.findByRole('progressbar', { name: 'Progress of catalogue.pdf' });
    expect([bar.getAttribute('aria-valuenow'), bar.getAttribute('aria-valuemax')]).toEqual(['50', '200']);
    tell({ status: 'embedding', pagesRead: 200, chunkCount: 210, embeddedCount: 64 });
    await screen.findByText('Making it findable by meaning: 64 of 210 passages');
    tell({ status: 'ready', pagesRead: 200, chunkCount: 210, embeddedCount: 210 });
    await screen.findByText(/200 pages · 210 passages .* found by words and meaning/);
    expect(screen.queryByRole('progressbar')).toBeNull();
    subscribe.mockRestore();
  });

  it('that failed say why, and can be tried again', async () => {
    const error = { code: 'encrypted_file', message: 'The PDF is protected with a password.' };
    const { calls, handlers } = await openPage({ documents: [{ ...DOCUMENT, status: 'failed', error }] });
    handlers[`POST ${DOCUMENTS}/${DOCUMENT.id}/retry`] = () => DOCUMENT;
    await screen.findByText('The PDF is protected with a password.');
    fireEvent.click(screen.getByRole('button', { name: 'Try catalogue.pdf again' }));
    await waitFor(() => expect(calls.some(({ path }) => path.endsWith('/retry'))).toBe(true));
  });

  it('are added by dropping files, by an address, and as a question with its answer', async () => {
    const { calls, handlers } = await openPage();
    handlers[`POST ${DOCUMENTS}`] = () => ({ status: 201, body: DOCUMENT });
    const sent = () => calls.filter(({ method }) => method === 'POST').map(({ body }) => body);
    const file = new File(['%PDF'], 'a.pdf');
    const dataTransfer = { files: [file], types: ['Files'] };
    fireEvent.dragOver(screen.getByTestId('drop-zone'), { dataTransfer });
    expect(screen.getByText('Drop to add them')).toBeTruthy();
    fireEvent.drop(screen.getByTestId('drop-zone'), { dataTransfer });
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect((sent()[0] as FormData).get('file')).toMatchObject({ name: 'a.pdf' });

    const write = (label: string, value: string) =>
      fireEvent.change(within(screen.getByRole('dialog')).getByLabelText(label), { target: { value } });
    const add = async (count: number) => {
      fireEvent.click(screen.getByRole('button', { name: 'Add document' }));
      await waitFor(() => expect(sent()).toHaveLength(count));
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    };
    fireEvent.click(screen.getByRole('button', { name: 'Web page' }));
    write('Address', 'https://example.com/faq');
    await add(2);
    fireEvent.click(screen.getByRole('button', { name: 'Question and answer' }));
    write('Question', 'Do you ship?');
    write('Answer', 'Yes.');
    await add(3);
    expect(sent().slice(1)).toEqual([
      { url: 'https://example.com/faq' },
      { question: 'Do you ship?', answer: 'Yes.' },
    ]);
  });

  it('that the server refuses keep the dialog open, with the field', async () => {
    const { handlers } = await openPage();
    handlers[`POST ${DOCUMENTS}`] = () =>
      problem(400, 'Bad request', { errors: [{ path: 'url', message: 'must be an address' }] });
    fireEvent.click(screen.getByRole('button', { name: 'Web page' }));
    fireEvent.change(screen.getByLabelText('Address'), { target: { value: 'https://x' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add document' }));
    await screen.findByText('must be an address');
  });

  it('are read-only for a viewer, with the reason', async () => {
    await openPage({ role: 'viewer', suggestions: [SUGGESTION] });
    await screen.findByText('Answers to remember');
    for (const name of ['Upload', 'Web page', 'Question and answer', 'Keep', 'Reject']) {
      expect([name, screen.getByRole('button', { name }).getAttribute('aria-disabled')]).toEqual([
        name,
        'true',
      ]);
    }
  });
});

it('a search shows what a flow would find, on which page, and why', async () => {
  const { handlers } = await openPage();
  handlers[`POST ${SEARCH}`] = () => ({
    items: [
      {
        id: 'p1',
        documentId: DOCUMENT.id,
        title: 'catalogue.pdf',
        text: 'The lamp costs 20 euros.',
        page: 117,
        score: 0.98,
        why: {
          words: { rank: 1, score: 0.8, matched: ['lamp'], related: ['price'] },
          meaning: { rank: 2, similarity: 0.71 },
        },
      },
    ],
    searchedBy: { words: true, meaning: 'openai:text-embedding-3-small@1536', vectorStore: 'scan' },
  });
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'price of the lamp' } });
  fireEvent.click(screen.getByRole('button', { name: 'Search' }));
  await screen.findByText('The lamp costs 20 euros.');
  expect(screen.getByText('catalogue.pdf · page 117')).toBeTruthy();
  expect(
    screen.getByText('has the words lamp · has words that mean price · meaning 71% alike, place 2'),
  ).toBeTruthy();
  expect(screen.getByText(/by meaning \(openai:text-embedding-3-small@1536\)/)).toBeTruthy();
});

describe('suggestions', () => {
  it('are put better and kept', async () => {
    const { calls, handlers, suggestions } = await openPage({ suggestions: [SUGGESTION] });
    handlers[`POST /api/v1/knowledge-suggestions/${SUGGESTION.id}/approve`] = () => {
      suggestions.length = 0;
      return { ...SUGGESTION, status: 'approved' };
    };
    await screen.findByText('Answers to remember');
    fireEvent.change(screen.getByLabelText('Answer'), { target: { value: 'Yes, everywhere.' } });
    fireEvent.click(screen.getByRole('button', { name: 'Keep' }));
    await waitFor(() => expect(screen.queryByText('Answers to remember')).toBeNull());
    const approved = calls.find(({ path }) => path.endsWith('/approve'));
    expect(approved?.body).toEqual({ question: 'Do you ship?', answer: 'Yes, everywhere.' });
  });

  it('are not shown when none waits', async () => {
    await openPage();
    expect(screen.queryByText('Answers to remember')).toBeNull();
  });
});
