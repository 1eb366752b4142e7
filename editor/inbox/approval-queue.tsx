import { useQueryClient } from '@tanstack/react-query';
import { PartyPopper } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Approval } from '../../server/contract/shapes.ts';
import { keys, useApprovals } from '../api/queries.ts';
import { isPlainKey, usePageKeys } from '../app/keys.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { ApprovalCard } from './approval-card.tsx';
import { personOf } from './person-message.tsx';
import type { Decision } from './use-decisions.ts';
import { useDecisions } from './use-decisions.ts';

/** Drafts that wait for a person, the oldest deadline first, decided by mouse or by `j k a e r u`. */
export function ApprovalQueue() {
  const { t } = useTranslation('inbox');
  const client = useQueryClient();
  const approvals = useApprovals();
  const readOnlyReason = useReadOnlyReason();
  const [activeId, setActiveId] = useState<string>();
  const [edits, setEdits] = useState<Readonly<Record<string, string>>>({});
  const [rejectingId, setRejectingId] = useState<string>();
  const [announcement, setAnnouncement] = useState('');
  const draftRef = useRef<HTMLTextAreaElement>(null);
  const decisions = useDecisions(() => void client.invalidateQueries({ queryKey: keys.approvals }));

  const list = useKept(approvals.items ?? [], (id) => decisions.states[id] !== undefined);
  const open = list.filter(({ id }) => isOpen(decisions.states[id]?.state));
  const active = open.find(({ id }) => id === activeId) ?? open[0];
  const textOf = (approval: Approval) => edits[approval.id] ?? approval.draft;

  const decide = (approval: Approval, decision: Decision) => {
    if (readOnlyReason !== undefined || (decision.kind === 'approve' && decision.text.trim() === '')) return;
    const place = open.indexOf(approval);
    setActiveId((open[place + 1] ?? open[place - 1])?.id);
    setRejectingId(undefined);
    decisions.decide(approval, decision);
    setAnnouncement(
      `${personOf(approval.event, t('someone'))}: ${t(`pending.${decision.kind}`)} ${t('undoHint')}`,
    );
  };

  const undone = (id: string | undefined) => {
    if (id === undefined) return;
    setActiveId(id);
    setAnnouncement(t('undone'));
  };

  const move = (step: number) => {
    const place = active ? open.indexOf(active) + step : 0;
    setActiveId(open[Math.min(open.length - 1, Math.max(0, place))]?.id);
    setRejectingId(undefined);
  };

  usePageKeys((event) => {
    const act = KEYS.find((key) => isPlainKey(event, key));
    if (!act) return;
    if (act === 'u') undone(decisions.undoLast());
    else if (act === 'j') move(1);
    else if (act === 'k') move(-1);
    else if (!active) return;
    else if (act === 'a') decide(active, { kind: 'approve', text: textOf(active) });
    else if (readOnlyReason !== undefined) return;
    else if (act === 'e') draftRef.current?.focus();
    else setRejectingId(active.id);
    event.preventDefault();
  });

  return (
    <>
      <div role="status" className="sr-only">
        {announcement}
      </div>
      {approvals.isPending && <SkeletonList rows={4} className="h-28" />}
      {approvals.error && <ErrorState error={approvals.error} onRetry={() => approvals.refetch()} />}
      {approvals.items && list.length === 0 && (
        <EmptyState
          icon={PartyPopper}
          title={t('empty.title')}
          action={
            <Button asChild>
              <Link to="/flows">{t('empty.action')}</Link>
            </Button>
          }
        >
          {t('empty.text')}
        </EmptyState>
      )}
      <ul className="flex flex-col gap-3">
        {list.map((approval) => (
          <ApprovalCard
            key={approval.id}
            approval={approval}
            isActive={approval === active}
            text={textOf(approval)}
            decision={decisions.states[approval.id]}
            isRejecting={rejectingId === approval.id}
            readOnlyReason={readOnlyReason}
            draftRef={draftRef}
            onActivate={() => setActiveId(approval.id)}
            onText={(text) => setEdits((old) => ({ ...old, [approval.id]: text }))}
            onApprove={() => decide(approval, { kind: 'approve', text: textOf(approval) })}
            onRejecting={(isRejecting) => setRejectingId(isRejecting ? approval.id : undefined)}
            onReject={(reason) => decide(approval, { kind: 'reject', reason })}
            onUndo={() => undone(decisions.undo(approval.id) ? approval.id : undefined)}
            onDismiss={() => decisions.dismiss(approval.id)}
          />
        ))}
      </ul>
      <LoadMore {...approvals} />
    </>
  );
}

const KEYS = ['j', 'k', 'a', 'e', 'r', 'u'] as const;

const isOpen = (state: string | undefined) => state === undefined || state === 'failed';

/**
 * The list as the server has it, by deadline, with those that the person has just decided still in it: what was done
 * stays readable until it is dismissed or the page is left.
 */
function useKept(items: readonly Approval[], isKept: (id: string) => boolean): Approval[] {
  const [seen, setSeen] = useState<ReadonlyMap<string, Approval>>(new Map());
  const fresh = items.filter((item) => seen.get(item.id) !== item);
  if (fresh.length > 0) setSeen(new Map([...seen, ...fresh.map((item) => [item.id, item] as const)]));
  const known = new Set(items.map(({ id }) => id));
  const kept = [...seen.values()].filter(({ id }) => !known.has(id) && isKept(id));
  return [...items, ...kept].sort(byDeadline);
}

/** What has no deadline comes last, the oldest first. */
export function byDeadline(a: Approval, b: Approval): number {
  const deadline = ({ expiresAt }: Approval) => (expiresAt ? Date.parse(expiresAt) : Number.MAX_SAFE_INTEGER);
  return deadline(a) - deadline(b) || Date.parse(a.createdAt) - Date.parse(b.createdAt);
}
