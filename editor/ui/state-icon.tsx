import type { LucideIcon } from 'lucide-react';
import { CircleCheck, CircleSlash, CircleX, Clock, Hand, LoaderCircle, Minus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ExecutionSummary, Step } from '../../server/contract/shapes.ts';
import { cn } from './cn.ts';

export type State = ExecutionSummary['status'] | Step['status'];

const LOOKS: Record<State, { icon: LucideIcon; style: string }> = {
  pending: { icon: Clock, style: 'text-state-queued' },
  queued: { icon: Clock, style: 'text-state-queued' },
  running: { icon: LoaderCircle, style: 'text-state-running animate-spin' },
  waiting: { icon: Hand, style: 'text-state-waiting' },
  succeeded: { icon: CircleCheck, style: 'text-state-succeeded' },
  failed: { icon: CircleX, style: 'text-state-failed' },
  skipped: { icon: Minus, style: 'text-state-skipped' },
  cancelled: { icon: CircleSlash, style: 'text-state-skipped' },
};

export type StateIconProps = {
  status: State;
  /** The word beside the icon too; else only screen readers hear it. */
  withLabel?: boolean;
  className?: string;
};

/** The state of an execution or a step, by icon and colour, and in words. */
export function StateIcon({ status, withLabel = false, className }: StateIconProps) {
  const { t } = useTranslation('ui');
  const { icon: Icon, style } = LOOKS[status];
  return (
    <span
      className={cn('inline-flex items-center gap-1.5 whitespace-nowrap', className)}
      data-status={status}
    >
      <Icon className={cn('size-4 shrink-0', style)} aria-hidden />
      <span className={withLabel ? undefined : 'sr-only'}>{t(`state.${status}`)}</span>
    </span>
  );
}
