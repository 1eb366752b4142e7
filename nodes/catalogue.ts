import { NodeCatalogue } from '../engine/catalogue.ts';
import type { NodeClass } from '../engine/node-type.ts';
import { Classify } from './ai/classify.ts';
import { Reply } from './ai/reply.ts';
import { Request } from './http/request.ts';
import { HideComment } from './instagram/hide-comment.ts';
import { PrivateReply } from './instagram/private-reply.ts';
import { ReplyToComment } from './instagram/reply-to-comment.ts';
import { SendMessage } from './instagram/send-message.ts';
import { Lookup } from './knowledge/lookup.ts';
import { Condition } from './logic/condition.ts';
import { Delay } from './logic/delay.ts';
import { Merge } from './logic/merge.ts';
import { SetValues } from './logic/set.ts';
import { Stop } from './logic/stop.ts';
import { Switch } from './logic/switch.ts';
import { Approval } from './people/approval.ts';
import { Escalate } from './people/escalate.ts';
import { CommentTrigger } from './trigger/comment.ts';
import { LiveCommentTrigger } from './trigger/live-comment.ts';
import { ManualTrigger } from './trigger/manual.ts';
import { MessageTrigger } from './trigger/message.ts';
import { PostbackTrigger } from './trigger/postback.ts';
import { ScheduleTrigger } from './trigger/schedule.ts';
import { StoryMentionTrigger } from './trigger/story-mention.ts';
import { WebhookTrigger } from './trigger/webhook.ts';

/** Every node type that comes with Replygraph, in the order of the palette. */
export const builtinNodes: NodeClass[] = [
  CommentTrigger,
  MessageTrigger,
  StoryMentionTrigger,
  LiveCommentTrigger,
  PostbackTrigger,
  ScheduleTrigger,
  WebhookTrigger,
  ManualTrigger,
  Classify,
  Reply,
  Lookup,
  Condition,
  Switch,
  Merge,
  Delay,
  SetValues,
  Stop,
  Approval,
  Escalate,
  ReplyToComment,
  PrivateReply,
  SendMessage,
  HideComment,
  Request,
];

/** A catalogue of the built-in types; custom ones are added by server/nodes/load-custom-nodes.ts. */
export function createBuiltinCatalogue(): NodeCatalogue {
  const catalogue = new NodeCatalogue();
  for (const nodeClass of builtinNodes) catalogue.register(nodeClass);
  return catalogue;
}
