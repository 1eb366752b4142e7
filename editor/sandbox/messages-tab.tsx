import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SandboxWorld, SandboxWorldItem } from '../../server/contract/sandbox.ts';
import { Conversation } from './conversation.tsx';
import { MessagesMenu } from './follower-menu.tsx';
import { Scroller } from './scroller.tsx';
import { isDone, SendError } from './send-error.tsx';
import { entriesOf, presenceOf } from './timeline-views.ts';
import type { FollowerAct, Sandbox } from './use-sandbox.ts';
import { WriteBox } from './write-box.tsx';
import type { Writing } from './writing.tsx';
import { WritingLine } from './writing.tsx';

export type MessagesTabProps = {
  sandbox: Sandbox;
  world: SandboxWorld;
  messages: readonly SandboxWorldItem[];
  readOnlyReason: string | undefined;
};

const NO_STARTERS: SandboxWorld['starters'] = { iceBreakers: [], menu: [] };

/** The conversation between the account and one follower. */
export function MessagesTab({ sandbox, world, messages, readOnlyReason }: MessagesTabProps) {
  const { t } = useTranslation('sandbox');
  const { username, message, act } = sandbox;
  const { activities = [], starters = NO_STARTERS } = world;
  const [writing, setWriting] = useState<Writing | null>(null);
  const entries = entriesOf(messages, activities, username);
  const doIt = (request: FollowerAct) => void isDone(act.mutateAsync(request));

  const send = async (text: string) => {
    const request = actOf(writing, text);
    const isSent = await isDone(request ? act.mutateAsync(request) : message.mutateAsync(text));
    if (isSent) setWriting(null);
    return isSent;
  };

  return (
    <>
      <Scroller count={entries.length} isAtEnd>
        <div aria-live="polite">
          <Conversation
            entries={entries}
            username={username}
            presence={presenceOf(activities, messages, username, Date.now())}
            readOnlyReason={readOnlyReason}
            onAct={doIt}
            onEdit={({ id }) => setWriting({ kind: 'edit', messageId: id })}
          />
        </div>
      </Scroller>
      <SendError error={message.error ?? act.error} />
      {writing && <WritingLine writing={writing} onCancel={() => setWriting(null)} />}
      <WriteBox
        menu={
          readOnlyReason === undefined && (
            <MessagesMenu starters={starters} onAct={doIt} onWrite={setWriting} />
          )
        }
        label={t('message', { username })}
        placeholder={t('message', { username })}
        maxLength={writing?.kind === 'referral' ? 200 : 1_000}
        isBusy={message.isPending || act.isPending}
        readOnlyReason={readOnlyReason}
        onSend={send}
      />
    </>
  );
}

function actOf(writing: Writing | null, text: string): FollowerAct | null {
  switch (writing?.kind) {
    case 'story_reply':
      return { kind: 'story_reply', text };
    case 'referral':
      return { kind: 'referral', ref: text };
    case 'edit':
      return { kind: 'edit', messageId: writing.messageId, text };
    default:
      return null;
  }
}
