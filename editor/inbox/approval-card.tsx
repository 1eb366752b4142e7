import type { TFunction } from 'i18next';
import { Check, Hourglass, Pencil, Undo2, X } from 'lucide-react';
import type { RefObject } from 'react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Approval } from '../../server/contract/shapes.ts';
import { errorText } from '../api/client.ts';
import { Button } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { DraftBox } from './draft-box.tsx';
import { FactList, messageOf, PersonLine, personOf } from './person-message.tsx';
import type { DecisionState } from './use-decisions.ts';

export type ApprovalCardProps = {
  approval: Approval;
  isActive: boolean;
  text: string;
  decision: DecisionState | undefined;
  isRejecting: boolean;
  readOnlyReason: string | undefined;
  draftRef: RefObject<HTMLTextAreaElement | null>;
  onActivate(): void;
  onText(text: string): void;
  onApprove(): void;
  onRejecting(isRejecting: boolean): void;
  onReject(reason: string): void;
  onUndo(): void;
  onDismiss(): void;
};

/** A draft that waits for a person; open while it is the active one. */
export function ApprovalCard(props: ApprovalCardProps) {
  const { approval, isActive, decision, onActivate } = props;
  const { t } = useTranslation('inbox');
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isActive) card.current?.scrollIntoView?.({ block: 'nearest' });
  }, [isActive]);
  const person = personOf(approval.event, t('someone'));
  const message = messageOf(approval.event, approval.context);
  const isDecided = decision !== undefined && decision.state !== 'failed';
  const isOpen = isActive && !isDecided;
  return (
    <li
      ref={card}
      aria-current={isActive || undefined}
      className={cn(cardStyle, 'flex flex-col gap-2.5 p-4', isActive && 'border-primary ring-1 ring-primary')}
    >
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-medium">
            {isOpen ? (
              person
            ) : (
              <button type="button" className="max-w-full truncate rounded-sm text-left" onClick={onActivate}>
                {person}
              </button>
            )}
          </h2>
          <PersonLine {...approval} />
        </div>
        <Deadline approval={approval} />
      </div>
      <blockquote
        className={cn('border-l-2 border-border pl-3 whitespace-pre-wrap', !isOpen && 'line-clamp-2')}
      >
        {message}
      </blockquote>
      {isOpen ? <OpenPart {...props} /> : <ClosedPart {...props} />}
    </li>
  );
}

function Deadline({ approval: { expiresAt, event } }: { approval: Approval }) {
  const { t } = useTranslation('inbox');
  const windowEnd = event.message && new Date(Date.parse(event.at) + 86_400_000).toISOString();
  return (
    <div className="flex shrink-0 flex-col items-end gap-0.5 text-xs text-muted-foreground">
      {expiresAt && (
        <span className="flex items-center gap-1">
          <Hourglass className="size-3.5 text-state-waiting" aria-hidden />
          <span className="max-sm:sr-only">{t('expires')}</span>
          <RelativeTime at={expiresAt} />
        </span>
      )}
      {windowEnd && (
        <span className="flex items-center gap-1" title={t('window.help')}>
          {t('window')}
          <RelativeTime at={windowEnd} />
        </span>
      )}
    </div>
  );
}

function OpenPart(props: ApprovalCardProps) {
  const { approval, text, decision, isRejecting, readOnlyReason, draftRef, onText, onApprove, onRejecting } =
    props;
  const { t } = useTranslation('inbox');
  const emptyReason = text.trim() === '' ? t('emptyDraft') : undefined;
  return (
    <>
      <FactList context={approval.context} />
      <DraftBox ref={draftRef} text={text} onChange={onText} readOnly={readOnlyReason !== undefined} />
      {decision?.state === 'failed' && (
        <p role="alert" className="text-destructive">
          {errorText(decision.error)}
        </p>
      )}
      {isRejecting ? (
        <RejectForm onCancel={() => onRejecting(false)} onReject={props.onReject} />
      ) : (
        <div className="flex flex-wrap items-center gap-2">
          <Button variant="primary" disabledReason={readOnlyReason ?? emptyReason} onClick={onApprove}>
            <Check aria-hidden />
            {t(text === approval.draft ? 'approve' : 'approveEdited')}
            <KeyHint>a</KeyHint>
          </Button>
          <Button disabledReason={readOnlyReason} onClick={() => draftRef.current?.focus()}>
            <Pencil aria-hidden />
            {t('edit')}
            <KeyHint>e</KeyHint>
          </Button>
          <Button disabledReason={readOnlyReason} onClick={() => onRejecting(true)}>
            <X aria-hidden />
            {t('reject')}
            <KeyHint>r</KeyHint>
          </Button>
        </div>
      )}
    </>
  );
}

function KeyHint({ children }: { children: string }) {
  return (
    <Kbd
      aria-hidden
      className="ml-0.5 h-4 min-w-4 border-current/40 bg-transparent text-current max-sm:hidden"
    >
      {children}
    </Kbd>
  );
}

function RejectForm({ onCancel, onReject }: { onCancel(): void; onReject(reason: string): void }) {
  const { t } = useTranslation('inbox');
  const [reason, setReason] = useState('');
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onReject(reason);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <Field title={t('reason')} help={t('reasonHelp')}>
        {(control) => (
          <Input
            {...control}
            autoFocus
            value={reason}
            maxLength={1_000}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <div className="flex gap-2">
        <Button type="submit" variant="danger">
          {t('reject')}
        </Button>
        <Button variant="ghost" onClick={onCancel}>
          {t('keep')}
        </Button>
      </div>
    </form>
  );
}

function ClosedPart({ decision, text, onUndo, onDismiss }: ApprovalCardProps) {
  const { t } = useTranslation('inbox');
  switch (decision?.state) {
    case undefined:
    case 'failed':
      return <p className="truncate text-muted-foreground">{text}</p>;
    case 'pending':
      return (
        <div className="flex flex-wrap items-center gap-2">
          <p className="min-w-0 flex-1">
            {t(`pending.${decision.decision.kind}`)} <Countdown until={decision.sendsAt} />
          </p>
          <Button size="sm" onClick={onUndo}>
            <Undo2 aria-hidden />
            {t('undo')}
            <KeyHint>u</KeyHint>
          </Button>
        </div>
      );
    case 'sending':
      return <p className="text-muted-foreground">{t('sending')}</p>;
    case 'done':
      return (
        <p className="flex items-center gap-1.5 text-state-succeeded">
          <Check className="size-4" aria-hidden />
          {t(`done.${decision.decision.kind}`)}
        </p>
      );
    case 'lost':
      return (
        <div className="flex flex-wrap items-start gap-2">
          <div className="min-w-0 flex-1">
            <p className="font-medium">{lostText(decision.approval, decision.message, t)}</p>
            {decision.approval?.finalText && (
              <p className="mt-1 whitespace-pre-wrap text-muted-foreground">{decision.approval.finalText}</p>
            )}
          </div>
          <Button size="sm" onClick={onDismiss}>
            {t('dismiss')}
          </Button>
        </div>
      );
  }
}

function lostText(approval: Approval | null, message: string, t: TFunction<'inbox'>): string {
  if (!approval) return message;
  const by = approval.decidedBy;
  return by ? t(`lost.${approval.status}`, { by, defaultValue: message }) : message;
}

function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="text-muted-foreground tabular-nums" aria-hidden>
      {Math.max(0, Math.ceil((until - now) / 1_000))} s
    </span>
  );
}
