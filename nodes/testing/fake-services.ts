import { NodeError } from '../../engine/errors.ts';
import type { ClassifyRequest, NodeServices, Passage, ReplyRequest } from '../../engine/services.ts';

/** One call of a service: `instagram.replyToComment` with its request. */
export type Call = { service: string; request: unknown };

export type FakeAnswers = {
  /** The label and, after it, the confidence. Default: `other`. */
  classify?: (request: ClassifyRequest) => { label: string; confidence?: number };
  reply?: (request: ReplyRequest) => { text: string; grounded?: boolean };
  passages?: Passage[];
  replies?: { id: string; text: string; fromId?: string; at?: string }[];
  messages?: { id: string; text: string; fromId: string; at?: string }[];
  http?: { status: number; headers?: Record<string, string>; body?: string };
  /** Names of calls that fail for good. */
  failing?: string[];
};

/** Services that remember what they were asked and answer as told. */
export function createFakeServices(answers: FakeAnswers = {}): { services: NodeServices; calls: Call[] } {
  const calls: Call[] = [];
  const record = (service: string, request: unknown) => {
    calls.push({ service, request });
    if (answers.failing?.includes(service)) throw new NodeError('refused', `${service} was refused.`);
  };
  const usage = { model: 'fake' };

  const services: NodeServices = {
    instagram: {
      async replyToComment(request) {
        record('instagram.replyToComment', request);
        return { id: 'reply-1' };
      },
      async listReplies(request) {
        record('instagram.listReplies', request);
        return answers.replies ?? [];
      },
      async privateReply(request) {
        record('instagram.privateReply', request);
        return { messageId: 'message-1', recipientId: 'person-1' };
      },
      async sendMessage(request) {
        record('instagram.sendMessage', request);
        return { messageId: 'message-1' };
      },
      async listMessages(request) {
        record('instagram.listMessages', request);
        return answers.messages ?? [];
      },
      async hideComment(request) {
        record('instagram.hideComment', request);
        return { success: true };
      },
    },
    ai: {
      async classify(request) {
        record('ai.classify', request);
        const { label, confidence = 0.9 } = answers.classify?.(request) ?? { label: 'other' };
        return { label, confidence, scores: { [label]: confidence }, usage };
      },
      async reply(request, _signal, onToken) {
        record('ai.reply', request);
        const { text, grounded = true } = answers.reply?.(request) ?? { text: 'An answer.' };
        onToken?.(text);
        return { text, grounded, sources: request.passages.map(({ id }) => id), usage };
      },
    },
    knowledge: {
      async search(request) {
        record('knowledge.search', request);
        return answers.passages ?? [];
      },
    },
    people: {
      async escalate(request) {
        record('people.escalate', request);
        return { escalationId: 'escalation-1' };
      },
    },
    http: {
      async request(request) {
        record('http.request', request);
        return { status: 200, headers: {}, body: '', ...answers.http };
      },
    },
  };
  return { services, calls };
}
