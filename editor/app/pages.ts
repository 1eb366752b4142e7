import type { LucideIcon } from 'lucide-react';
import {
  AtSign,
  BookOpen,
  ChartColumn,
  Inbox,
  KeyRound,
  ListVideo,
  Route,
  Settings,
  ShieldCheck,
  Wallet,
  Workflow,
} from 'lucide-react';

export type PageEntry = {
  path: string;
  /** Its name is `t('app:page.<name>')`. */
  name: string;
  icon: LucideIcon;
  /** Pressed after `g`. */
  letter: string;
};

/** The pages of the rail, in its order. */
export const PAGES: readonly PageEntry[] = [
  { path: '/flows', name: 'flows', icon: Workflow, letter: 'f' },
  { path: '/executions', name: 'executions', icon: ListVideo, letter: 'e' },
  { path: '/inbox', name: 'inbox', icon: Inbox, letter: 'i' },
  { path: '/knowledge', name: 'knowledge', icon: BookOpen, letter: 'k' },
  { path: '/accounts', name: 'accounts', icon: AtSign, letter: 'a' },
  { path: '/settings', name: 'settings', icon: Settings, letter: 's' },
];

/** The pages of Settings → AI, in the order of their tabs. */
export const AI_PAGES: readonly Omit<PageEntry, 'letter'>[] = [
  { path: '/settings/ai/models', name: 'aiModels', icon: KeyRound },
  { path: '/settings/ai/tasks', name: 'aiTasks', icon: Route },
  { path: '/settings/ai/budget', name: 'aiBudget', icon: Wallet },
  { path: '/settings/ai/usage', name: 'aiUsage', icon: ChartColumn },
  { path: '/settings/ai/guardrails', name: 'aiGuardrails', icon: ShieldCheck },
];
