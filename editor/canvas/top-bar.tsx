import { ArrowLeft, ChevronDown, FlaskConical, Play, Smartphone } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, NavLink } from 'react-router';
import { Badge } from '../ui/badge.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '../ui/dropdown-menu.tsx';
import { COMMAND_KEY } from '../ui/kbd.tsx';
import type { SaveState } from './autosave.ts';
import { useFlow, useSession, useUi } from './session.tsx';
import { useCanvasText } from './texts.ts';

export type FlowStatus = {
  publishedVersion: number | null;
  hasUnpublishedChanges: boolean;
};

type TopBarProps = {
  status: FlowStatus;
  saveState: SaveState;
  saveMessage: string;
  phone: { isShown: boolean; toggle(): void };
  onTestRun(dryRun: boolean): void;
  /** The Publish button. */
  children: ReactNode;
};

/** Name and state of the flow, the way to its runs, test run and publish. */
export function TopBar({ status, saveState, saveMessage, phone, onTestRun, children }: TopBarProps) {
  const { flow, flowId, ui, isReadOnly } = useSession();
  const t = useCanvasText();
  const name = useFlow((state) => state.name);
  const testEvent = useUi((state) => state.testEvent);
  const reason = isReadOnly ? t('viewerOnly') : undefined;

  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-border bg-card px-2">
      <Button asChild variant="ghost" size="icon">
        <Link to="/flows" aria-label={t('allFlows')} title={t('allFlows')}>
          <ArrowLeft aria-hidden />
        </Link>
      </Button>
      <input
        data-flow-field
        aria-label={t('flowName')}
        className="h-8 w-56 min-w-24 shrink rounded-md border border-transparent bg-transparent px-2 text-sm font-semibold outline-none hover:border-input focus-visible:border-ring"
        value={name}
        maxLength={120}
        readOnly={isReadOnly}
        onChange={(event) => flow.getState().rename(event.target.value)}
      />
      <StatusBadge status={status} />
      <SaveIndicator state={saveState} message={saveMessage} />
      <nav aria-label={t('flowViews')} className="mx-auto flex gap-1">
        <ViewLink to={`/flows/${flowId}`}>{t('canvasView')}</ViewLink>
        <ViewLink to={`/flows/${flowId}/executions`}>{t('runsView')}</ViewLink>
      </nav>
      <IconButton
        label={t(phone.isShown ? 'closePhone' : 'openPhone')}
        aria-pressed={phone.isShown}
        className={phone.isShown ? 'bg-accent text-accent-foreground' : ''}
        onClick={phone.toggle}
      >
        <Smartphone aria-hidden />
      </IconButton>
      <div className="flex">
        <Button
          className="rounded-r-none"
          disabledReason={reason}
          title={`${testEvent ? testEvent.title : t('testRunHelp')} (${COMMAND_KEY} Enter)`}
          onClick={() => onTestRun(false)}
        >
          <Play aria-hidden />
          {t('testRun')}
        </Button>
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button size="icon" className="w-7 rounded-l-none border-l-0" aria-label={t('testRunMenu')}>
              <ChevronDown aria-hidden />
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="end">
            <DropdownMenuItem
              icon={<FlaskConical aria-hidden />}
              disabled={isReadOnly}
              onSelect={() => onTestRun(true)}
            >
              {t('dryRun')}
            </DropdownMenuItem>
            <DropdownMenuItem disabled={!testEvent} onSelect={() => ui.setState({ testEvent: null })}>
              {testEvent ? t('forgetEvent', { title: testEvent.title }) : t('sampleEvent')}
            </DropdownMenuItem>
          </DropdownMenuContent>
        </DropdownMenu>
      </div>
      {children}
    </header>
  );
}

function ViewLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <NavLink
      to={to}
      end
      className={({ isActive }) =>
        `rounded-md px-3 py-1.5 text-sm ${isActive ? 'bg-muted font-medium text-foreground' : 'text-muted-foreground hover:text-foreground'}`
      }
    >
      {children}
    </NavLink>
  );
}

function StatusBadge({ status }: { status: FlowStatus }) {
  const t = useCanvasText();
  if (status.publishedVersion === null) return <Badge>{t('draft')}</Badge>;
  return (
    <Badge tone={status.hasUnpublishedChanges ? 'warning' : 'success'}>
      {status.hasUnpublishedChanges
        ? t('liveWithChanges', { number: status.publishedVersion })
        : t('liveVersion', { number: status.publishedVersion })}
    </Badge>
  );
}

function SaveIndicator({ state, message }: { state: SaveState; message: string }) {
  const t = useCanvasText();
  const isTrouble = state === 'offline' || state === 'conflict' || state === 'failed';
  return (
    <span
      role="status"
      title={message}
      data-save-state={state}
      className={`text-xs whitespace-nowrap ${isTrouble ? 'text-destructive' : 'text-muted-foreground'}`}
    >
      {t(`save.${state}`)}
    </span>
  );
}
