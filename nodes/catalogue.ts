import { NodeCatalogue } from '../engine/catalogue.ts';
import type { NodeClass } from '../engine/node-type.ts';
import { Agent } from './ai/agent.ts';
import { Caption } from './ai/caption.ts';
import { Classify } from './ai/classify.ts';
import { Extract } from './ai/extract.ts';
import { Moderate } from './ai/moderate.ts';
import { Reply } from './ai/reply.ts';
import { ScoreLead } from './ai/score-lead.ts';
import { Sentiment } from './ai/sentiment.ts';
import { Summarize } from './ai/summarize.ts';
import { Translate } from './ai/translate.ts';
import { CollectField } from './contact/collect-field.ts';
import { ContactTag } from './contact/tag.ts';
import { ContactUpdate } from './contact/update.ts';
import { Request } from './http/request.ts';
import { AllowComments } from './instagram/allow-comments.ts';
import { DeleteComment } from './instagram/delete-comment.ts';
import { GetProfile } from './instagram/get-profile.ts';
import { HideComment } from './instagram/hide-comment.ts';
import { PrivateReply } from './instagram/private-reply.ts';
import { PublishPost } from './instagram/publish-post.ts';
import { React } from './instagram/react.ts';
import { ReplyToComment } from './instagram/reply-to-comment.ts';
import { SendButtons } from './instagram/send-buttons.ts';
import { SendMedia } from './instagram/send-media.ts';
import { SendMessage } from './instagram/send-message.ts';
import { Faq } from './knowledge/faq.ts';
import { Lookup } from './knowledge/lookup.ts';
import { Remember } from './knowledge/remember.ts';
import { AnswerCaller } from './logic/answer.ts';
import { CallFlow } from './logic/call-flow.ts';
import { Condition } from './logic/condition.ts';
import { Delay } from './logic/delay.ts';
import { Merge } from './logic/merge.ts';
import { SetValues } from './logic/set.ts';
import { Stop } from './logic/stop.ts';
import { Switch } from './logic/switch.ts';
import { WaitForReply } from './logic/wait-for-reply.ts';
import { Approval } from './people/approval.ts';
import { Escalate } from './people/escalate.ts';
import { CallTrigger } from './trigger/call.ts';
import { CommentTrigger } from './trigger/comment.ts';
import { CommentSpikeTrigger } from './trigger/comment-spike.ts';
import { LiveCommentTrigger } from './trigger/live-comment.ts';
import { ManualTrigger } from './trigger/manual.ts';
import { MentionTrigger } from './trigger/mention.ts';
import { MessageTrigger } from './trigger/message.ts';
import { PostbackTrigger } from './trigger/postback.ts';
import { ReactionTrigger } from './trigger/reaction.ts';
import { ReferralTrigger } from './trigger/referral.ts';
import { ScheduleTrigger } from './trigger/schedule.ts';
import { StoryMentionTrigger } from './trigger/story-mention.ts';
import { StoryReplyTrigger } from './trigger/story-reply.ts';
import { WebhookTrigger } from './trigger/webhook.ts';

/** Every node type that comes with Replygraph, in the order of the palette. */
export const builtinNodes: NodeClass[] = [
  CommentTrigger,
  MessageTrigger,
  PostbackTrigger,
  StoryReplyTrigger,
  StoryMentionTrigger,
  MentionTrigger,
  LiveCommentTrigger,
  ReactionTrigger,
  ReferralTrigger,
  ScheduleTrigger,
  CommentSpikeTrigger,
  WebhookTrigger,
  CallTrigger,
  ManualTrigger,
  Classify,
  Reply,
  Agent,
  Extract,
  Sentiment,
  Moderate,
  ScoreLead,
  Translate,
  Summarize,
  Caption,
  Lookup,
  Faq,
  Remember,
  Condition,
  Switch,
  Merge,
  Delay,
  WaitForReply,
  SetValues,
  CallFlow,
  AnswerCaller,
  Stop,
  Approval,
  Escalate,
  ReplyToComment,
  PrivateReply,
  SendMessage,
  SendMedia,
  SendButtons,
  React,
  HideComment,
  DeleteComment,
  AllowComments,
  GetProfile,
  PublishPost,
  CollectField,
  ContactUpdate,
  ContactTag,
  Request,
];

/** A catalogue of the built-in types; custom ones are added by server/nodes/load-custom-nodes.ts. */
export function createBuiltinCatalogue(): NodeCatalogue {
  const catalogue = new NodeCatalogue();
  for (const nodeClass of builtinNodes) catalogue.register(nodeClass);
  return catalogue;
}
