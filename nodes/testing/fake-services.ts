import { NodeError } from '../../engine/errors.ts';
import type {
  AccountProfile,
  AgentRequest,
  AiService,
  CallableFlow,
  ClassifyRequest,
  Contact,
  ContainerStatus,
  FaqAnswer,
  FlowCall,
  Insights,
  ModerationCategory,
  NodeServices,
  Passage,
  PersonProfile,
  ReplyRequest,
  TextMode,
} from '../../engine/services.ts';
import { MODERATION_CATEGORIES } from '../../engine/services.ts';

/** One call of a service: `instagram.replyToComment` with its request. */
export type Call = { service: string; request: unknown };

export type FakeAnswers = {
  /** The label and, after it, the confidence. Default: `other`. */
  classify?: (request: ClassifyRequest) => { label: string; confidence?: number };
  reply?: (request: ReplyRequest) => {
    text: string;
    grounded?: boolean;
    mode?: TextMode;
    reasons?: string[];
  };
  /** May use the tools of the request. */
  agent?: (request: AgentRequest) => Promise<{ text: string; mode?: TextMode; reasons?: string[] }>;
  /** What the other tasks of the AI answer. */
  ai?: {
    extract?: Awaited<ReturnType<AiService['extract']>>['values'];
    sentiment?: Omit<Awaited<ReturnType<AiService['sentiment']>>, 'usage'>;
    moderate?: Partial<Awaited<ReturnType<AiService['moderate']>>['scores']>;
    scoreLead?: Omit<Awaited<ReturnType<AiService['scoreLead']>>, 'usage'>;
    /** Of a translation, a summary, a caption. */
    text?: { text: string; mode?: TextMode; reasons?: string[] };
  };
  passages?: Passage[];
  faq?: FaqAnswer;
  replies?: { id: string; text: string; fromId?: string; at?: string }[];
  messages?: { id: string; text: string; fromId: string; at?: string }[];
  commentExists?: boolean;
  profile?: PersonProfile;
  account?: AccountProfile;
  insights?: Insights;
  publishingLimit?: { used: number; total: number };
  containerStatus?: ContainerStatus;
  media?: { id: string; caption: string }[];
  http?: { status: number; headers?: Record<string, string>; body?: string };
  /** Flows of the workspace that may be called, by id, with what they answer. */
  flows?: Record<string, CallableFlow & { call?: FlowCall }>;
  /** What is known about the person; changes are kept. */
  contact?: Partial<Contact>;
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
  const written = () => ({
    mode: 'send' as const,
    reasons: [],
    usage,
    ...(answers.ai?.text ?? { text: 'A text.' }),
  });
  const contact: Contact = {
    id: 'person-1',
    username: 'mia',
    name: 'Mia',
    fields: {},
    tags: [],
    ...answers.contact,
  };

  const flowOf = (id: string) => {
    const flow = answers.flows?.[id];
    if (flow) return flow;
    throw new NodeError('flow_not_found', `There is no flow "${id}".`);
  };

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
      async sendMedia(request) {
        record('instagram.sendMedia', request);
        return { messageId: 'message-1' };
      },
      async sendButtons(request) {
        record('instagram.sendButtons', request);
        return { messageId: 'message-1' };
      },
      async sendCards(request) {
        record('instagram.sendCards', request);
        return { messageId: 'message-1' };
      },
      async senderAction(request) {
        record('instagram.senderAction', request);
      },
      async react(request) {
        record('instagram.react', request);
      },
      async deleteComment(request) {
        record('instagram.deleteComment', request);
        return { success: true };
      },
      async commentExists(request) {
        record('instagram.commentExists', request);
        return answers.commentExists ?? true;
      },
      async allowComments(request) {
        record('instagram.allowComments', request);
        return { success: true };
      },
      async getProfile(request) {
        record('instagram.getProfile', request);
        return answers.profile ?? {};
      },
      async getAccount(request) {
        record('instagram.getAccount', request);
        return answers.account ?? { id: 'account-1' };
      },
      async getInsights(request) {
        record('instagram.getInsights', request);
        return answers.insights ?? {};
      },
      async discoverBusiness(request) {
        record('instagram.discoverBusiness', request);
        return answers.account ?? { id: 'account-2' };
      },
      async readStarters(request) {
        record('instagram.readStarters', request);
        return { iceBreakers: [], menu: [] };
      },
      async writeStarters(request) {
        record('instagram.writeStarters', request);
      },
      async publishingLimit(request) {
        record('instagram.publishingLimit', request);
        return answers.publishingLimit ?? { used: 0, total: 50 };
      },
      async createContainer(request) {
        record('instagram.createContainer', request);
        return { containerId: `container-${calls.length}` };
      },
      async containerStatus(request) {
        record('instagram.containerStatus', request);
        return { status: answers.containerStatus ?? 'FINISHED', detail: '' };
      },
      async publishContainer(request) {
        record('instagram.publishContainer', request);
        return { mediaId: 'media-1' };
      },
      async listMedia(request) {
        record('instagram.listMedia', request);
        return answers.media ?? [];
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
        const answer = answers.reply?.(request) ?? { text: 'An answer.' };
        const { text, grounded = true, mode = 'send', reasons = [] } = answer;
        onToken?.(text);
        const sources = grounded ? request.passages.map(({ id }) => id) : [];
        return { text, grounded, sources, mode, reasons, usage };
      },
      async agent(request) {
        const { tools, ...asked } = request;
        record('ai.agent', { ...asked, tools: tools.map(({ name }) => name) });
        const answer = (await answers.agent?.(request)) ?? { text: 'An answer.' };
        return { mode: 'send', reasons: [], steps: 1, usage, ...answer };
      },
      async extract(request) {
        record('ai.extract', request);
        return { values: answers.ai?.extract ?? {}, usage };
      },
      async sentiment(request) {
        record('ai.sentiment', request);
        return { sentiment: 'neutral', score: 0, ...answers.ai?.sentiment, usage };
      },
      async moderate(request) {
        record('ai.moderate', request);
        const none = Object.fromEntries(MODERATION_CATEGORIES.map((category) => [category, 0]));
        const scores = { ...none, ...answers.ai?.moderate } as Record<ModerationCategory, number>;
        return { scores, usage };
      },
      async scoreLead(request) {
        record('ai.scoreLead', request);
        return { score: 'cold', reasons: [], ...answers.ai?.scoreLead, usage };
      },
      async translate(request) {
        record('ai.translate', request);
        return written();
      },
      async summarize(request) {
        record('ai.summarize', request);
        return written();
      },
      async caption(request) {
        record('ai.caption', request);
        return written();
      },
    },
    knowledge: {
      async search(request) {
        record('knowledge.search', request);
        return answers.passages ?? [];
      },
      async faq(request) {
        record('knowledge.faq', request);
        return answers.faq ?? null;
      },
      async remember(request) {
        record('knowledge.remember', request);
        return { suggestionId: 'suggestion-1' };
      },
    },
    people: {
      async escalate(request) {
        record('people.escalate', request);
        return { escalationId: 'escalation-1' };
      },
    },
    contacts: {
      async read() {
        return contact;
      },
      async update(request) {
        record('contacts.update', request);
        const kept = Object.entries({ ...contact.fields, ...request.set });
        contact.fields = Object.fromEntries(kept.filter(([name]) => !request.remove.includes(name)));
        return structuredClone(contact);
      },
      async tag(request) {
        record('contacts.tag', request);
        const tags = new Set([...contact.tags, ...request.add]);
        contact.tags = [...tags].filter((tag) => !request.remove.includes(tag));
        return structuredClone(contact);
      },
    },
    flows: {
      async describe({ flow }) {
        record('flows.describe', { flow });
        const { call: _call, ...callable } = flowOf(flow);
        return callable;
      },
      async call(request) {
        record('flows.call', request);
        return flowOf(request.flow).call ?? { executionId: 'called-1', status: 'succeeded', answer: null };
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
