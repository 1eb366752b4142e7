import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { z } from 'zod';

const requestSchema = z.object({ model: z.string(), input: z.string() });

/** How one request is answered. */
export type ModerationAnswer =
  /** Categories that are not named are at zero. */
  | { kind: 'scores'; scores: Record<string, number> }
  | { kind: 'error'; status: number; headers?: Record<string, string> }
  /** Whatever this is, with status 200. */
  | { kind: 'body'; body: string }
  | { kind: 'silence' };

export type FakeModerations = {
  /** Requests since answers were last given. */
  requests: { model: string; input: string; authorization: string | undefined }[];
  /** The next requests are answered with these, one each; after them every text is harmless. */
  answer(...answers: ModerationAnswer[]): void;
  /** Every further request is answered with this. */
  always(answer: ModerationAnswer): void;
};

/** The categories of `omni-moderation-latest` (API reference, "Moderations"). */
const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
];
const FLAGGED_FROM = 0.5;

/** `POST /moderations` of OpenAI, as a part of the fake server. */
export function createFakeModerations(): FakeModerations & {
  respond(request: { text: string; headers: IncomingHttpHeaders }, response: ServerResponse): void;
} {
  const answers: ModerationAnswer[] = [];
  const requests: FakeModerations['requests'] = [];
  let otherwise: ModerationAnswer = { kind: 'scores', scores: {} };

  return {
    requests,
    answer: (...next) => {
      requests.length = 0;
      answers.length = 0;
      answers.push(...next);
    },
    always: (answer) => {
      otherwise = answer;
    },
    respond({ text, headers }, response) {
      const asked = requestSchema.parse(JSON.parse(text));
      requests.push({ ...asked, authorization: headers.authorization });
      const answer = answers.shift() ?? otherwise;
      if (answer.kind === 'silence') return;
      const status = answer.kind === 'error' ? answer.status : 200;
      const more = answer.kind === 'error' ? answer.headers : {};
      response.writeHead(status, { 'content-type': 'application/json', ...more });
      if (answer.kind === 'body') response.end(answer.body);
      else if (answer.kind === 'error') {
        response.end(
          JSON.stringify({ error: { message: 'it went wrong, key sk-secret', type: 'some_error' } }),
        );
      } else response.end(JSON.stringify(judgement(asked.model, answer.scores)));
    },
  };
}

function judgement(model: string, scores: Record<string, number>) {
  const all = Object.fromEntries(CATEGORIES.map((name) => [name, scores[name] ?? 0]));
  const categories = Object.fromEntries(
    Object.entries(all).map(([name, score]) => [name, score >= FLAGGED_FROM]),
  );
  const flagged = Object.values(categories).some((isFlagged) => isFlagged);
  return { id: 'modr-1', model, results: [{ flagged, categories, category_scores: all }] };
}
